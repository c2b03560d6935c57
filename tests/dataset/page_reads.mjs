// Reads a dataset folder with the page's own loader, and prints what it found as JSON.
import { existsSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';

// The sources name each other, and folders with an index, without an ending, as the build takes them.
registerHooks({
  resolve: (name, context, next) => {
    if (!/^\.\.?\/.*\/?[^./]+$/.test(name)) {
      return next(name, context);
    }
    const file = `${name}.ts`;
    return next(existsSync(new URL(file, context.parentURL)) ? file : `${name}/index.ts`, context);
  }
});

const [loader, ...folders] = process.argv.slice(2);
const { Dataset } = await import(loader);

const plain = values => Array.from(values, value => (Number.isFinite(value) ? value : String(value)));

async function read(folder) {
  const data = async path => new Uint8Array(readFileSync(join(folder, path))).buffer;
  const json = async path => JSON.parse(readFileSync(join(folder, path), 'utf8'));
  const dataset = await Dataset.open({ data, json });
  const columns = {};
  const refs = [
    ...dataset.obsFields.map(field => field.ref),
    ...dataset.genes.map(key => ({ source: 'var', key }))
  ];
  for (const ref of refs) {
    const column = await dataset.column(ref);
    columns[`${ref.source}:${ref.key}`] =
      column.kind === 'continuous'
        ? plain(column.values)
        : Array.from(column.codes, code => column.categories[code] ?? null);
  }
  const points = {};
  for (const dimension of dataset.dimensions) {
    points[dimension] = plain(await dataset.points(dimension));
  }
  return { id: dataset.id, nCells: dataset.nCells, nGenes: dataset.nGenes, columns, points };
}

console.log(JSON.stringify(await Promise.all(folders.map(read))));
