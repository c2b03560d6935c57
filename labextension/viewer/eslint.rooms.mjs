/** The table of rooms as ESLint's rules. */
import { fileURLToPath } from 'node:url';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import importX from 'eslint-plugin-import-x';

import table from './rooms.cjs';

const here = path => fileURLToPath(new URL(path, import.meta.url));
const { rooms, strangers, network } = table;

const names = Object.keys(network);
const anyOf = list => `(?:${list.join('|')})`;
const literal = text => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/** Forbids packages but those named; a sub-path belongs to its package. */
function packages(allowed) {
  const known = allowed.map(name => `${literal(name)}(?:/|$)`);
  return {
    regex: `^(?!${anyOf(['\\.', ...known])})`,
    message: `Of packages, this room imports only: ${allowed.join(', ') || 'none'}.`
  };
}

function zone(room, { rooms: allowed }) {
  return {
    target: here(`src/${room}`),
    from: here('src'),
    except: allowed.map(name => `./${name}`),
    message: `${room}/ imports only from ${allowed.join(', ')}.`
  };
}

const forbidden = Object.entries(rooms).map(([room, { packages: allowed, dom }]) => ({
  files: [`viewer/src/${room}/**/*.{ts,tsx}`],
  rules: {
    'no-restricted-imports': ['error', { patterns: [packages(allowed)] }],
    'no-restricted-globals': ['error', ...names, ...(dom ? [] : ['document', 'window'])]
  }
}));

const apart = strangers.map(({ folder, index, common }) => ({
  files: [`viewer/src/${folder}/*.{ts,tsx}`],
  ignores: [`viewer/src/${folder}/${index}`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          packages(rooms[folder.split('/')[0]].packages),
          {
            regex: `^\\./(?!${anyOf([...common.map(name => `${name.replace(/\.ts$/, '')}$`), '$^'])})`,
            message: `Files of ${folder}/ do not know each other.`
          }
        ]
      }
    ]
  }
}));

const homes = Object.entries(network)
  .filter(([, file]) => file !== null)
  .map(([name, file]) => ({
    files: [`viewer/src/${file}`],
    rules: { 'no-restricted-globals': ['error', ...names.filter(other => other !== name)] }
  }));

export const roomRules = [
  {
    files: ['viewer/src/**/*.{ts,tsx}'],
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [
        createTypeScriptImportResolver({ project: here('tsconfig.json') })
      ]
    },
    rules: {
      'import-x/no-restricted-paths': [
        'error',
        { basePath: here('.'), zones: Object.entries(rooms).map(entry => zone(...entry)) }
      ],
      'no-restricted-globals': ['error', ...names],
      'no-restricted-syntax': [
        'error',
        {
          selector: `MemberExpression[object.name=/^(window|self|globalThis)$/][property.name=/^(${names.join('|')})$/]`,
          message: 'The network is reached from one file.'
        },
        {
          selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']",
          message: 'Text is only ever set as text.'
        }
      ],
      'no-eval': 'error',
      'no-new-func': 'error'
    }
  },
  {
    files: ['viewer/**/*.{ts,tsx}'],
    // An index that a loop keeps in bounds needs no branch a cell.
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' }
  },
  ...forbidden,
  ...apart,
  ...homes
];
