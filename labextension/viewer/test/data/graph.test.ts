import { describe, expect, it } from 'vitest';

import { Dataset } from '../../src/data/dataset';
import { filesOf, tables, type Tables } from '../fixture';

const N = 5;
const KIND = { source: 'obs', key: 'kind' } as const;

type Schema = Record<string, unknown>;

function edited(edit: (given: Tables) => void): Promise<Dataset> {
  const given = tables(N);
  edit(given);
  return Dataset.open(filesOf(given));
}

function withGraph(given: Tables, manifest: object = {}): void {
  given.documents['connectivity_manifest.json'] = {
    n_edges: 3,
    index_dtype: 'uint16',
    sourcesPath: 'connectivity/edges.src.bin',
    destinationsPath: 'connectivity/edges.dst.bin',
    ...manifest
  };
  given.binaries['connectivity/edges.src.bin'] = Uint16Array.of(0, 0, 3);
  given.binaries['connectivity/edges.dst.bin'] = Uint16Array.of(1, 4, 4);
}

describe('the graph', () => {
  it('is read as pairs of rows', async () => {
    const dataset = await edited(withGraph);
    expect(await dataset.graph()).toEqual({
      nEdges: 3,
      sources: Uint16Array.of(0, 0, 3),
      targets: Uint16Array.of(1, 4, 4)
    });
    expect(await dataset.graph()).toBe(await dataset.graph());
  });

  it.each<[string, (given: Tables) => void, string]>([
    [
      'a row that there is not',
      given => {
        withGraph(given);
        given.binaries['connectivity/edges.dst.bin'] = Uint16Array.of(1, N, 4);
      },
      'row numbers below 5, not 5'
    ],
    ['another number of edges', given => withGraph(given, { n_edges: 4 }), '8 bytes, not 6'],
    ['another dtype', given => withGraph(given, { index_dtype: 'int64' }), 'uint16, uint32'],
    ['no manifest', () => undefined, 'connectivity_manifest.json']
  ])('is refused with %s', async (_, edit, words) => {
    await expect((await edited(edit)).graph()).rejects.toThrow(words);
  });
});

describe('outliers', () => {
  const described = (given: Tables, schema: Schema, entry: unknown[]): void => {
    const manifest = given.documents['obs_manifest.json'] as {
      _obsSchemas: Record<string, Schema>;
      _categoricalFields: unknown[][];
    };
    Object.assign(manifest._obsSchemas['categorical']!, {
      outlierPathPattern: 'obs/{key}.outliers.{ext}',
      ...schema
    });
    manifest._categoricalFields[0]!.push(...entry);
  };

  it('are read as floats', async () => {
    const dataset = await edited(given => {
      described(given, { outlierExt: 'f32' }, []);
      given.binaries['obs/kind.outliers.f32'] = Float32Array.of(0.2, 0.4, 1, NaN, 0.5);
    });
    expect(dataset.hasOutliers(KIND)).toBe(true);
    expect(await dataset.outliers(KIND)).toEqual(Float32Array.of(0.2, 0.4, 1, NaN, 0.5));
  });

  it('are read where they are quantized, by the range in the manifest', async () => {
    const schema = { outlierExt: 'u8', outlierQuantized: true, outlierDtype: 'uint8' };
    const dataset = await edited(given => {
      described(given, schema, [0.5, 1]);
      given.binaries['obs/kind.outliers.u8'] = Uint8Array.of(0, 254, 255, 127, 0);
    });
    expect([...(await dataset.outliers(KIND))]).toEqual([0.5, 1, NaN, 0.75, 0.5]);
  });

  it('are none in a dataset without a latent space, and of columns of numbers', async () => {
    const dataset = await edited(() => undefined);
    expect(dataset.hasOutliers(KIND)).toBe(false);
    expect(dataset.hasOutliers({ source: 'obs', key: 'score' })).toBe(false);
    await expect(dataset.outliers(KIND)).rejects.toThrow('no outliers');
  });
});
