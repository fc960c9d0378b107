import { matrixFrom, multiply, type Matrix } from '../../algebra/index.js';
import type { TensorSource } from '../../tensors/index.js';
import { toStoredOrder } from '../module-layout.js';
import { applyDora } from './apply-dora.js';
import { readFinite } from './float-source.js';
import type { SourceModule } from './source-module.js';

export interface ChangeSources {
  /** Of the adapter. */
  readonly source: TensorSource;
  readonly base: { readonly source: TensorSource; readonly name: string };
}

/**
 * What a module makes of its parameter, in float64 and rounded once.
 *
 * MAP: W′ - W of the linear map `[out, in]`. STORED: the same in the base's own order. MERGED: W′ in the base's own order.
 */
export async function changeOf(
  module: SourceModule,
  { source, base }: ChangeSources,
  form: 'MAP' | 'STORED' | 'MERGED',
): Promise<Float32Array> {
  const { info, magnitude } = module;
  const { inFeatures, outFeatures, rank, scale } = info;
  const { a, b } = await module.readFactors();
  const delta = multiply(matrixFrom(outFeatures, rank, b), matrixFrom(rank, inFeatures, a)).data;
  for (let at = 0; at < delta.length; at += 1) delta[at]! *= scale;
  const ordered = (values: Float64Array): Float32Array =>
    Float32Array.from(form === 'MAP' ? values : toStoredOrder(info, values));
  if (form !== 'MERGED' && magnitude === undefined) return ordered(delta);

  const stored = Float64Array.from(await readFinite(base.source, base.name));
  // Back from the stored order: the same turn with the sides exchanged.
  const weight = toStoredOrder({ ...info, inFeatures: outFeatures, outFeatures: inFeatures }, stored);
  const asMatrix = (data: Float64Array): Matrix => ({ rows: outFeatures, columns: inFeatures, data });
  const changed =
    magnitude === undefined
      ? delta
      : applyDora(asMatrix(weight), asMatrix(delta), await readFinite(source, magnitude)).data;
  if (form === 'MERGED') for (let at = 0; at < changed.length; at += 1) changed[at]! += weight[at]!;
  return ordered(changed);
}
