import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

import { roomRules } from './viewer/eslint.rooms.mjs';

export default defineConfig(
  globalIgnores(['lib/', 'node_modules/']),

  // Both parts: strict, and with types.
  {
    files: ['src/**/*.ts', 'viewer/**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommendedTypeChecked],
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname }
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      eqeqeq: 'error',
      'no-restricted-properties': [
        'error',
        ...['innerHTML', 'outerHTML', 'insertAdjacentHTML'].map(property => ({
          property,
          message: 'Text is only ever set as text.'
        }))
      ]
    }
  },

  // The plugin: requests are made in one file.
  {
    files: ['src/**/*.ts'],
    ignores: ['src/server.ts'],
    rules: {
      'no-restricted-globals': ['error', 'fetch', 'WebSocket', 'XMLHttpRequest'],
      'no-restricted-imports': [
        'error',
        { paths: [{ name: '@jupyterlab/services', message: 'Requests are made in server.ts.' }] }
      ]
    }
  },

  // The page: its rooms, and who may import whom.
  ...roomRules
);
