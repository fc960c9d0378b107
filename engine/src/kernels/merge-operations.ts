import type * as tfjs from '@tensorflow/tfjs-core';
import type { NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';
import { composedMergeDisjoint, composedSignSum, composedTrim } from './composed-merge.js';
import { tensorMemory } from './tensor-memory.js';
import type { DisjointMember, DisjointRule } from './disjoint-rule.js';
import { sumElectedSigns } from './elect-signs.js';
import { kernelErrors } from './errors.js';
import type { MagnitudeCut } from './magnitude-cut.js';
import { countMagnitudes, type HistogramRound } from './magnitude-histogram.js';
import {
  encodeMerge,
  mergeDisjointKernel,
  MEMORY_BACKENDS,
  MERGE_DISJOINT,
  TRIM,
  trimKernel,
} from './merge-kernels.js';

type TensorFlow = typeof tfjs;

/** Registers the kernels once for every backend whose tensors lie in memory; the registry is global, and warns of what is registered twice. */
export function registerMergeKernels(tf: TensorFlow): void {
  for (const backend of MEMORY_BACKENDS) {
    for (const kernel of [trimKernel(backend), mergeDisjointKernel(backend)]) {
      if (!tf.getKernel(kernel.kernelName, backend)) tf.registerKernel(kernel);
    }
  }
}

function hasKernel(tf: TensorFlow, name: string): boolean {
  registerMergeKernels(tf);
  return Boolean(tf.getKernel(name, tf.getBackend()));
}

/**
 * How many entries have each magnitude, by its upper or lower bits: see `countMagnitudes`. Histograms of several tensors add up.
 *
 * @throws KERNELS_NOT_FINITE, KERNELS_DTYPE_UNSUPPORTED
 */
export async function magnitudeHistogram(
  tf: TensorFlow,
  x: Tensor,
  round: HistogramRound,
  prefix = 0,
): Promise<Uint32Array> {
  return withFloats(tf, [x], ([values]) => countMagnitudes(values!, round, prefix));
}

/** `x` with 0 in place of what the cut drops; the same shape, a new tensor. */
export function trimTensor<T extends Tensor>(tf: TensorFlow, x: T, cut: MagnitudeCut): T {
  checkDtypes([x]);
  if (x.size === 0) return tf.clone(x) as T;
  if (!hasKernel(tf, TRIM)) return composedTrim(tf, x, cut) as T;
  return tf.engine().runKernel(TRIM, { x }, { bits: cut.bits, equals: cut.equals }) as T;
}

/**
 * Trims each tensor by its member's cut, elects a sign per element and merges what agrees: see `mergeDisjointInto`. All tensors are float32 and of
 * one shape; the result is a new tensor of that shape. Inputs are left as they are.
 *
 * @throws KERNELS_SHAPE_MISMATCH, KERNELS_DTYPE_UNSUPPORTED, KERNELS_NOT_FINITE, KERNELS_ARGUMENT_INVALID
 */
export async function mergeDisjoint<T extends Tensor>(
  tf: TensorFlow,
  tensors: readonly T[],
  members: readonly DisjointMember[],
  rule: DisjointRule,
): Promise<T> {
  checkMembers(tensors, members);
  if (tensors[0]!.size === 0) return tf.clone(tensors[0]!) as T;
  if (hasKernel(tf, MERGE_DISJOINT)) {
    const inputs: NamedTensorMap = Object.fromEntries(tensors.map((tensor, m) => [`x${m}`, tensor]));
    return tf.engine().runKernel(MERGE_DISJOINT, inputs, encodeMerge(members, rule)) as T;
  }
  const merged = composedMergeDisjoint(tf, tensors, members, rule) as T;
  const finite = tf.tidy(() => tf.addN(tensors.map((x) => tf.sum(tf.sub(x, x)))));
  const [check] = await finite.data();
  finite.dispose();
  if (check === 0) return merged;
  merged.dispose();
  throw kernelErrors.notFinite({ input: 'A tensor' });
}

/** Σ of the signs that the votes elect, element by element; its own sign is the majority that the original TIES code gives to cancelled elements. */
export async function electedSignSum(
  tf: TensorFlow,
  tensors: readonly Tensor[],
  members: readonly DisjointMember[],
  rule: Pick<DisjointRule, 'vote' | 'weightedVote'>,
): Promise<number> {
  checkMembers(tensors, members);
  if (tensors[0]!.size === 0) return 0;
  if (MEMORY_BACKENDS.includes(tf.getBackend())) {
    return withFloats(tf, tensors, (values) => sumElectedSigns(values, members, rule));
  }
  const sum = composedSignSum(tf, tensors, members, rule);
  const [total] = await sum.data();
  sum.dispose();
  return total!;
}

/**
 * Lends the values of float32 tensors to `use`: without a copy where they lie in memory. `use` must neither keep nor change them, nor wait: what it is
 * lent is a view of the backend's heap, which moves when that grows. NaN is left for it to find.
 */
export async function withFloats<Result>(
  tf: TensorFlow,
  tensors: readonly Tensor[],
  use: (values: readonly Float32Array[]) => Result,
): Promise<Result> {
  checkDtypes(tensors);
  if (MEMORY_BACKENDS.includes(tf.getBackend())) {
    const memory = tensorMemory(tf.backend());
    return use(tensors.map((tensor) => memory.input(tensor)));
  }
  return use((await Promise.all(tensors.map((tensor) => tensor.data()))) as Float32Array[]);
}

function checkMembers(tensors: readonly Tensor[], members: readonly DisjointMember[]): void {
  if (tensors.length === 0 || tensors.length !== members.length) {
    const expected = `one per member (${members.length}), and at least one`;
    throw kernelErrors.argumentInvalid({ argument: 'The number of tensors', got: tensors.length, expected });
  }
  checkDtypes(tensors);
  const expected = tensors[0]!.shape;
  tensors.forEach(({ shape }, index) => {
    if (shape.length === expected.length && shape.every((extent, axis) => extent === expected[axis])) return;
    throw kernelErrors.shapeMismatch({ index, got: shape, expected });
  });
  if (members.every(({ weight }) => Number.isFinite(weight))) return;
  throw kernelErrors.argumentInvalid({ argument: 'A weight', got: 'not finite', expected: 'finite weights' });
}

function checkDtypes(tensors: readonly Tensor[]): void {
  const other = tensors.find(({ dtype }) => dtype !== 'float32');
  if (other) throw kernelErrors.dtypeUnsupported({ got: other.dtype });
}
