import { withFloats } from '@crucible/engine/kernels';
import type { FusionContext } from '../../contract/context.js';
import type { ModuleFactors, ModuleInput, ModuleMember, ModuleOutput } from '../../contract/strategy.js';
import { elementwiseErrors } from '../errors.js';
import { inFixedOrder } from '../fixed-order.js';
import { combineSegments, denseGrams } from './dense-segments.js';
import { factorGrams } from './factor-grams.js';
import { stridesOf, type Along, type Gram, type MergeOf, type SegmentGrams } from './segments.js';

export interface Geometry {
  readonly of: MergeOf;
  readonly along: Along;
}

/**
 * For rules whose result is a combination of the members' vectors, with coefficients that depend on the vectors through their inner products alone
 * (SLERP, Model Stock). Inner products are those of ΔW in every space, taken from the factors or from the core matrices, which keep them; so FRAME, DELTA and
 * CORE space give the same matrix, and no dense one is made for adapters. Segments that are merged apart give factors of rank Σ rank, exactly.
 *
 * `rule` gets the inner products of one segment and the members in the same order, and returns a coefficient for each.
 *
 * @throws MERGE_BASE_MISSING, MERGE_COLUMNS_LEAVE_FRAME
 */
export async function combineByGeometry<Options>(
  input: ModuleInput<Options>,
  { tf }: Pick<FusionContext, 'tf'>,
  { of, along }: Geometry,
  rule: (gram: Gram, members: readonly ModuleMember<Options>[]) => readonly number[],
): Promise<ModuleOutput> {
  const members = inFixedOrder(input);
  const { module, base, space } = input;
  if (of === 'WEIGHTS' && base === undefined) throw elementwiseErrors.baseMissing({ module });
  const coefficientsOf = (grams: SegmentGrams): readonly (readonly number[])[] =>
    eachGram(grams, (gram) => rule(gram, members));

  if (of === 'WEIGHTS' || isDense(input, along)) {
    const origin = of === 'WEIGHTS' ? [base!] : [];
    const tensors = members.map(({ vectors }) => vectors[0]!);
    const [rows, columns] = tensors[0]!.shape;
    const strides = stridesOf(along, rows, columns);
    const merged = await withFloats(tf, [...tensors, ...origin], (floats) => {
      const values = floats.slice(0, tensors.length);
      const shift = floats[tensors.length];
      const coefficients = coefficientsOf(denseGrams(values, shift, columns, strides));
      if (of === 'TASK_VECTORS' && along === 'TENSOR') return coefficients[0]!;
      return combineSegments(values, shift, columns, strides, coefficients);
    });
    if (merged instanceof Float32Array) return { kind: 'vectors', vectors: [tf.tensor2d(merged, [rows, columns])] };
    return combination(input, members, merged);
  }

  if (along === 'COLUMNS' && space === 'FRAME') throw elementwiseErrors.columnsLeaveFrame({ module });
  const coefficients = coefficientsOf(factorGrams(members, input, along));
  if (along === 'TENSOR') return combination(input, members, coefficients[0]!);
  if (space !== 'FRAME') return { kind: 'factors', factors: scaledFactors(members, along, coefficients) };
  const tensors = members.map(({ vectors }) => vectors[0]!);
  const [rows, columns] = tensors[0]!.shape;
  const merged = await withFloats(tf, tensors, (values) =>
    combineSegments(values, undefined, columns, stridesOf(along, rows, columns), coefficients),
  );
  return { kind: 'vectors', vectors: [tf.tensor2d(merged, [rows, columns])] };
}

/**
 * Full models have no factors, and those of full rank say no less than the matrix. Core matrices keep the inner products of what they stand for, though not
 * those of rows: they are small, and all that a prepared set has.
 */
function isDense({ space, members, outFeatures, inFeatures }: ModuleInput<unknown>, along: Along): boolean {
  if (space === 'CORE') return along === 'TENSOR';
  if (space !== 'DELTA') return false;
  const full = Math.min(outFeatures, inFeatures);
  return members.some(({ factors: { rank } }) => rank === 0 || rank >= full);
}

function eachGram<Result>({ size, segments, data }: SegmentGrams, use: (gram: Gram) => Result): readonly Result[] {
  return Array.from({ length: segments }, (_, s) =>
    use({ size, data: data.subarray(s * size * size, (s + 1) * size * size) }),
  );
}

/** In the order of the input's members, which the host asks for. */
function combination(
  input: ModuleInput<unknown>,
  ordered: readonly ModuleMember[],
  coefficients: readonly number[],
): ModuleOutput {
  const places = new Map(ordered.map(({ position }, place) => [position, place]));
  return {
    kind: 'combination',
    coefficients: input.members.map(({ position }) => coefficients[places.get(position)!]!),
  };
}

/** Σ diag(c_i)·s_i·B_i·A_i, or with the c_i on the side of A: the factors side by side. */
function scaledFactors(
  members: readonly ModuleMember[],
  along: Along,
  coefficients: readonly (readonly number[])[],
): ModuleFactors {
  const rank = members.reduce((sum, { factors }) => sum + factors.rank, 0);
  const outFeatures = members[0]!.factors.b.length / members[0]!.factors.rank;
  const a = new Float32Array(rank * (members[0]!.factors.a.length / members[0]!.factors.rank));
  const b = new Float32Array(outFeatures * rank);
  const inFeatures = a.length / rank;
  let first = 0;
  members.forEach(({ factors }, m) => {
    for (let k = 0; k < factors.rank; k += 1) {
      for (let row = 0; row < outFeatures; row += 1) {
        const factor = factors.scale * (along === 'ROWS' ? coefficients[row]![m]! : 1);
        b[row * rank + first + k] = factor * factors.b[row * factors.rank + k]!;
      }
      for (let column = 0; column < inFeatures; column += 1) {
        const factor = along === 'COLUMNS' ? coefficients[column]![m]! : 1;
        a[(first + k) * inFeatures + column] = factor * factors.a[k * inFeatures + column]!;
      }
    }
    first += factors.rank;
  });
  return { rank, scale: 1, a, b };
}
