import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import preact from '@preact/preset-vite';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const { version } = JSON.parse(readFileSync(here('../package.json'), 'utf8')) as { version: string };

/** Beside each file a gzipped one, which the server sends as it is. */
const packed: Plugin = {
  name: 'packed',
  writeBundle: ({ dir }, bundle) => {
    for (const name of Object.keys(bundle)) {
      const path = join(dir!, name);
      writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
    }
  }
};

export default defineConfig({
  root: here('.'),
  define: { __VERSION__: JSON.stringify(version) },
  // What a script loads lies beside it, wherever the server has both.
  base: './',
  plugins: [preact(), packed],
  worker: { format: 'es', rollupOptions: { output: { entryFileNames: 'viewer-worker.js' } } },
  build: {
    outDir: here('../../cellucid_ext/static'),
    emptyOutDir: true,
    target: 'es2022',
    cssCodeSplit: false,
    chunkSizeWarningLimit: 800,
    // One script, its worker and one stylesheet under fixed names: the page that loads them is
    // written elsewhere.
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
    // A process for each file takes longer than all tests.
    isolate: false,
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx']
  }
});
