import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import preact from '@preact/preset-vite';
import { defineConfig } from 'vitest/config';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const { version } = JSON.parse(readFileSync(here('../package.json'), 'utf8')) as { version: string };

export default defineConfig({
  root: here('.'),
  define: { __VERSION__: JSON.stringify(version) },
  plugins: [preact()],
  build: {
    outDir: here('../../cellucid_ext/static'),
    emptyOutDir: true,
    target: 'es2022',
    cssCodeSplit: false,
    chunkSizeWarningLimit: 800,
    // One script and one stylesheet under fixed names: the page that loads them is written elsewhere.
    rollupOptions: {
      input: here('src/main.ts'),
      output: {
        entryFileNames: 'viewer.js',
        assetFileNames: 'viewer[extname]',
        inlineDynamicImports: true
      }
    }
  },
  test: {
    // Some ask Python, which takes its time to start on a busy machine.
    testTimeout: 30_000,
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx']
  }
});
