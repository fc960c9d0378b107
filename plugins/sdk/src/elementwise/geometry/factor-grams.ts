import {
  createLowRank,
  innerProduct,
  multiply,
  multiplyByTranspose,
  multiplyTransposed,
  type LowRank,
} from '@crucible/engine/algebra';
import type { ModuleInput, ModuleMember } from '../../contract/strategy.js';
import type { Along, SegmentGrams } from './segments.js';

/**
 * Inner products of the members' ΔW, from their factors: exact to float64 rounding, whatever the space that is merged in, and never through a
 * dense matrix. O((out + in)·r²) a pair.
 */
export function factorGrams(
  members: readonly ModuleMember[],
  { outFeatures, inFeatures }: Pick<ModuleInput<unknown>, 'outFeatures' | 'inFeatures'>,
  along: Along,
): SegmentGrams {
  const items = members.map(({ factors }) => createLowRank(factors, { ...factors, outFeatures, inFeatures }));
  const size = items.length;
  const segments = along === 'TENSOR' ? 1 : along === 'ROWS' ? outFeatures : inFeatures;
  const data = new Float64Array(segments * size * size);
  for (let i = 0; i < size; i += 1) {
    for (let j = i; j < size; j += 1) {
      const products = segmentProducts(items[i]!, items[j]!, along);
      for (let s = 0; s < segments; s += 1) {
        data[(s * size + i) * size + j] = products[s]!;
        data[(s * size + j) * size + i] = products[s]!;
      }
    }
  }
  return { size, segments, data };
}

function segmentProducts(x: LowRank, y: LowRank, along: Along): ArrayLike<number> {
  if (along === 'TENSOR') return [innerProduct(x, y)];
  const scale = x.scale * y.scale;
  if (along === 'ROWS') {
    // Row o of s·B·A is s·b_o·A: its product with another is s·s'·b_o·(A·A'ᵀ)·b'_oᵀ.
    const turned = multiply(x.b, multiplyByTranspose(x.a, y.a));
    const { rows, columns } = turned;
    return Float64Array.from({ length: rows }, (_, row) => {
      let sum = 0;
      for (let k = 0; k < columns; k += 1) sum += turned.data[row * columns + k]! * y.b.data[row * columns + k]!;
      return scale * sum;
    });
  }
  const turned = multiplyTransposed(multiplyTransposed(x.b, y.b), x.a);
  const sums = new Float64Array(turned.columns);
  turned.data.forEach((value, at) => (sums[at % turned.columns]! += value * y.a.data[at]!));
  return sums.map((sum) => scale * sum);
}
