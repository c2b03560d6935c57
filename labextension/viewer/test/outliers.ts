/** The fixture's dataset, in which it is known how far cells are from the rest of their `kind`. */
import { tables, type Tables } from './fixture';

export function withOutliers(n: number, far: (cell: number) => number): Tables {
  const given = tables(n);
  const manifest = given.documents['obs_manifest.json'] as Record<string, unknown>;
  const schemas = manifest['_obsSchemas'] as Record<string, object>;
  const categorical = {
    ...schemas['categorical'],
    outlierPathPattern: 'obs/{key}.outliers.{ext}',
    outlierExt: 'f32'
  };
  given.documents['obs_manifest.json'] = { ...manifest, _obsSchemas: { ...schemas, categorical } };
  given.binaries['obs/kind.outliers.f32'] = Float32Array.from({ length: n }, (_, i) => far(i));
  return given;
}
