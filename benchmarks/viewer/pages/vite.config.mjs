/* Bundles the pages of this folder, copied to where the engines are installed. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const pages = JSON.parse(readFileSync(new URL('pages.json', import.meta.url), 'utf8'));
const without = fileURLToPath(new URL('no-mosaic.js', import.meta.url));

export default {
  logLevel: 'error',
  resolve: { alias: { '@uwdata/mosaic-core': without, '@uwdata/mosaic-sql': without } },
  build: {
    target: 'es2022',
    chunkSizeWarningLimit: 10_000,
    rolldownOptions: {
      input: Object.fromEntries(pages.map((name) => [name, `${name}.js`])),
      output: { entryFileNames: '[name].js' },
    },
  },
};
