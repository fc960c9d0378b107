import { concatenate, matrixFrom, norm, thinQr, toFloat32, transpose, type Matrix } from '@crucible/engine/algebra';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../../contract/context.js';
import type { FusionSpace } from '../../contract/fusion-space.js';
import { commonScale, equalBits } from './combine-factors.js';
import { lowRankOf } from './low-rank-of.js';
import type { FusedFactors, ModuleTask, TaskMember } from './module-task.js';
import type { Refactored } from './refactored.js';

/** What one module adds to the report. Energies are squared Frobenius norms; what is absent was not needed, since nothing was lost. */
export interface ModuleFidelity {
  /** ‖exact‖² */
  readonly exact?: number;
  /** ‖output - exact‖² */
  readonly error?: number;
  /** Of `error`, what bringing the result to a lower rank has lost. */
  readonly lost?: number;
  /** FACTOR space: ‖cross terms‖² */
  readonly cross?: number;
  /** FACTOR space, for rules that are not linear: whether the adapters' A's differ, so that what was merged is not ΔW. */
  readonly mixed?: boolean;
  /** Adapters whose ΔW may lie partly outside of the output's row and column spaces; the others are kept whole. */
  readonly kept: readonly KeptEnergy[];
}
interface KeptEnergy {
  readonly position: number;
  readonly kept: number;
  readonly total: number;
}

/**
 * Without coefficients the result came from a rule that merges matrices. The tall products run on the backend in float32, many times as fast as
 * float64 here: shares and errors of the report are good to 1e-6, and no output depends on them.
 */
export async function measureFidelity(
  tf: TensorFlow,
  task: ModuleTask,
  space: FusionSpace,
  { factors, energy }: Refactored,
  coefficients?: readonly number[],
): Promise<ModuleFidelity> {
  const whole = coefficients && energy === undefined && (space === 'DELTA' || space === 'CORE');
  const partial = task.members.filter((_, i) => !whole || coefficients[i] === 0);
  const kept = await keptEnergies(tf, task, partial, factors);
  const loss = energy && { exact: energy.exact, error: energy.lost, lost: energy.lost };
  if (space !== 'FACTOR') return { ...loss, kept };
  if (coefficients === undefined) {
    return { ...loss, mixed: task.members.some(({ a }) => !equalBits(a, task.members[0]!.a)), kept };
  }
  const lost = energy?.lost ?? 0;
  return {
    ...(lost > 0 ? lossOf(task, factors, coefficients, lost) : await crossTerms(tf, task, factors, coefficients)),
    kept,
  };
}

/** ‖P·ΔW_i·Q‖² with P and Q the projections on the output's column and row spaces, and ‖ΔW_i‖². */
async function keptEnergies(
  tf: TensorFlow,
  task: ModuleTask,
  members: readonly TaskMember[],
  output: FusedFactors,
): Promise<readonly KeptEnergy[]> {
  if (members.length === 0) return [];
  const { outFeatures, inFeatures } = task;
  // Where A stays, its rows span the output's row space already: ‖P·B_i·A0‖ needs no second basis.
  const shared = members.every(({ a }) => equalBits(a, output.a));
  const left = thinQr(matrixFrom(outFeatures, output.rank, output.b)).q;
  const right = shared ? undefined : thinQr(transpose(matrixFrom(output.rank, inFeatures, output.a))).q;
  const energies = await readDots(tf, () => {
    const onLeft = left.columns === 0 ? undefined : tf.transpose(tensorOf(tf, left));
    const onRight = right && right.columns > 0 ? tensorOf(tf, right) : undefined;
    let gramOfA: Tensor2D | undefined;
    return members.flatMap(({ a, b, rank }) => {
      const factorA = tf.tensor2d(a, [rank, inFeatures]);
      const factorB = tf.tensor2d(b, [outFeatures, rank]);
      if (!shared || gramOfA === undefined) gramOfA = gram(tf, factorA, false);
      const inLeft = onLeft && gram(tf, tf.matMul<Tensor2D>(onLeft, factorB), true);
      const inRight = onRight ? gram(tf, tf.matMul<Tensor2D>(factorA, onRight), false) : gramOfA;
      return [[gram(tf, factorB, true), gramOfA], inLeft && [inLeft, inRight]];
    });
  });
  return members.map(({ position, scale }, i) => {
    const [total, kept] = energies.slice(2 * i, 2 * i + 2).map((energy) => scale ** 2 * energy);
    return { position, kept: Math.max(0, Math.min(kept!, total!)), total: total! };
  });
}

/**
 * FACTOR space applies s·(Σ cB)·A' with A' = A0 + Σ c(A - A0), where Σ c·ΔW is s·Σ c·B_i·A_i: they differ by s·Σ c·B_i·(A' - A_i), the cross terms
 * (paper.md 2.1). Written so, their norm needs no difference of large numbers.
 */
async function crossTerms(
  tf: TensorFlow,
  task: ModuleTask,
  output: FusedFactors,
  coefficients: readonly number[],
): Promise<Pick<ModuleFidelity, 'exact' | 'error' | 'lost' | 'cross'>> {
  const { members, outFeatures, inFeatures } = task;
  const terms = members.map((member, i) => ({ member, c: coefficients[i]! })).filter(({ c }) => c !== 0);
  if (terms.length === 0) return { exact: 0, error: 0, lost: 0, cross: 0 };
  const { scale, factors } = commonScale(members);
  const energies = await readDots(tf, () => {
    const rows = terms.map(({ member }) => tf.tensor2d(member.a, [member.rank, inFeatures]));
    const applied = tf.tensor2d(output.a, [output.rank, inFeatures]);
    const b = tf.concat2d(
      terms.map(({ member, c }) =>
        tf.mul<Tensor2D>(tf.tensor2d(member.b, [outFeatures, member.rank]), c * factors(member)),
      ),
      1,
    );
    const gramOfB = gram(tf, b, true);
    const differences = rows.map((row) => tf.sub<Tensor2D>(applied, row));
    return [rows, differences].map((a): Pair => [gramOfB, gram(tf, tf.concat2d(a, 0), false)]);
  });
  const [exact, cross] = energies.map((energy) => Math.max(0, scale ** 2 * energy));
  return { exact: exact!, error: cross!, lost: 0, cross: cross! };
}

/** FACTOR space at a lower rank: cross terms and what the rank has lost are not orthogonal, so their sum is measured as one. */
function lossOf(
  task: ModuleTask,
  output: FusedFactors,
  coefficients: readonly number[],
  lost: number,
): Pick<ModuleFidelity, 'exact' | 'error' | 'lost'> {
  const deltas = task.members.map((member) => lowRankOf(member, task));
  const exact = norm(concatenate(deltas, coefficients)) ** 2;
  const difference = concatenate([lowRankOf(output, task), ...deltas], [1, ...coefficients.map((c) => -c)]);
  return { exact, error: norm(difference) ** 2, lost };
}

const tensorOf = (tf: TensorFlow, matrix: Matrix): Tensor2D =>
  tf.tensor2d(toFloat32(matrix), [matrix.rows, matrix.columns]);

/**
 * Products of all pairs of columns, or of rows. Transposed first: the WASM backend multiplies plain matrices by SIMD, and transposed ones many times
 * as slowly.
 */
function gram(tf: TensorFlow, x: Tensor2D, ofColumns: boolean): Tensor2D {
  const other = tf.transpose(x);
  return ofColumns ? tf.matMul(other, x) : tf.matMul(x, other);
}

type Pair = readonly [Tensor2D, Tensor2D];

/** Σ x·y of each pair in float64, 0 where there is none. Read at the end and asynchronously: a GPU's memory cannot be read otherwise. */
async function readDots(tf: TensorFlow, pairs: () => readonly (Pair | undefined)[]): Promise<readonly number[]> {
  let made: readonly (Pair | undefined)[] = [];
  const tensors = tf.tidy(() => {
    made = pairs();
    return [...new Set(made.flatMap((pair) => pair ?? []))];
  });
  try {
    const read = await Promise.all(tensors.map(async (x) => [x, await x.data<'float32'>()] as const));
    const values = new Map<Tensor2D, Float32Array>(read);
    return made.map((pair) => (pair === undefined ? 0 : dot(values.get(pair[0])!, values.get(pair[1])!)));
  } finally {
    tf.dispose(tensors);
  }
}

function dot(x: Float32Array, y: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i += 1) sum += x[i]! * y[i]!;
  return sum;
}
