import type { FusionSpace } from '../../contract/fusion-space.js';
import { fusionErrors } from '../fusion-errors.js';
import type { FusedFactors, ModuleTask, TaskMember } from './module-task.js';
import { weightedSum } from './weighted-sum.js';

export interface Term {
  readonly member: TaskMember;
  readonly coefficient: number;
}

/**
 * Σ coefficient · task vector of one module, on factors alone, with the arithmetic in float64 and one rounding to float32:
 *
 * - FRAME: A0 and ΣcB, at the frame's rank. - DELTA and CORE: the factors side by side, exact, at rank Σr of those with a coefficient.
 * - FACTOR: A0 + Σc(A - A0) and ΣcB, or from zero ΣcA and ΣcB: what the paper's code, LoraHub and PEFT do; not Σc·ΔW (paper.md 2.1).
 *
 * A coefficient of 0 adds no rank, and a single coefficient of 1 gives that adapter's own factors, bit for bit.
 */
export function combineFactors(task: ModuleTask, space: FusionSpace, coefficients: readonly number[]): FusedFactors {
  const terms = task.members.map((member, i) => ({ member, coefficient: coefficients[i]! }));
  if (space === 'FRAME') checkFrame(task);
  if (space === 'FACTOR') checkRanks(task);
  const active = terms.filter(({ coefficient }) => coefficient !== 0);
  const [only] = active;
  // In FACTOR space the adapter that [1, 0] leaves is A0 + 1·(A - A0), which rounding would move: its own factors are the exact answer.
  if (active.length === 1 && only?.coefficient === 1) return ownFactors(only.member);
  switch (space) {
    case 'FRAME':
      return sumInFrame(task, active);
    case 'FACTOR':
      return sumFactors(task, active);
    default:
      return active.length === 0 ? zeroFactors(task) : concatenateFactors(task, active);
  }
}

const ownFactors = ({ a, b, rank, scale }: TaskMember): FusedFactors => ({ a, b, rank, scale });

/** ΔW = 0 at rank 1, the least that a file can hold. */
export function zeroFactors({ inFeatures, outFeatures }: ModuleTask): FusedFactors {
  return { a: new Float32Array(inFeatures), b: new Float32Array(outFeatures), rank: 1, scale: 1, zero: true };
}

function sumInFrame(task: ModuleTask, active: readonly Term[]): FusedFactors {
  const { a, rank, scale } = task.members[0]!;
  return {
    a,
    b: sumOf(
      active.map(({ member, coefficient }) => [coefficient, member.b]),
      task.outFeatures * rank,
    ),
    rank,
    scale,
  };
}

function sumFactors(task: ModuleTask, active: readonly Term[]): FusedFactors {
  const { rank } = task.members[0]!;
  const { scale, factors } = commonScale(task.members);
  const { frameA } = task;
  const rest = 1 - active.reduce((sum, { coefficient }) => sum + coefficient, 0);
  const termsOfA = active.map(({ member, coefficient }) => [coefficient, member.a] as const);
  const a = sumOf(frameA ? [[rest, frameA] as const, ...termsOfA] : termsOfA, rank * task.inFeatures);
  const termsOfB = active.map(({ member, coefficient }) => [coefficient * factors(member), member.b] as const);
  return { a, b: sumOf(termsOfB, task.outFeatures * rank), rank, scale };
}

/** Concatenation: A = [A_1; A_2; …], B = [c_1·B_1 c_2·B_2 …]; the scale stays outside where all have one. */
function concatenateFactors(task: ModuleTask, active: readonly Term[]): FusedFactors {
  const { outFeatures, inFeatures } = task;
  const { scale, factors } = commonScale(active.map(({ member }) => member));
  const rank = active.reduce((sum, { member }) => sum + member.rank, 0);
  const a = new Float32Array(rank * inFeatures);
  const b = new Float32Array(outFeatures * rank);
  let row = 0;
  for (const { member, coefficient } of active) {
    a.set(member.a, row * inFeatures);
    copyColumns(member.b, member.rank, coefficient * factors(member), b, rank, row);
    row += member.rank;
  }
  return { a, b, rank, scale };
}

/** b[:, at … at + columns - 1] = factor · source, both row-major. */
function copyColumns(
  source: Float32Array,
  columns: number,
  factor: number,
  b: Float32Array,
  rank: number,
  at: number,
): void {
  for (let from = 0, to = at; from < source.length; to += rank) {
    for (let column = 0; column < columns; column += 1, from += 1) b[to + column] = factor * source[from]!;
  }
}

/** One scale for all, folded into B by `factors` where the adapters' own differ. */
export function commonScale(members: readonly TaskMember[]): {
  scale: number;
  factors: (member: TaskMember) => number;
} {
  const scale = members[0]?.scale ?? 1;
  if (members.every((member) => member.scale === scale)) return { scale, factors: () => 1 };
  return { scale: 1, factors: (member) => member.scale };
}

function sumOf(terms: readonly (readonly [number, Float32Array])[], length: number): Float32Array {
  const used = terms.filter(([coefficient]) => coefficient !== 0);
  return weightedSum(
    used.map(([c]) => c),
    used.map(([, values]) => values),
    length,
  );
}

/** FRAME space is exact only where all share A0 and the scale to the bit; a manifest can claim a frame that training has left. */
export function checkFrame({ module, members }: ModuleTask): void {
  const [first, ...rest] = members;
  for (const member of rest) {
    const differs = (what: string): Error => fusionErrors.framesDiffer({ adapter: member.name, module, what });
    if (member.rank !== first!.rank) throw differs('rank');
    if (member.scale !== first!.scale) throw differs('scale');
    if (!equalBits(member.a, first!.a)) throw differs('A');
  }
}

export function checkRanks({ module, members }: ModuleTask): void {
  const expected = members[0]!.rank;
  const other = members.find(({ rank }) => rank !== expected);
  if (other) throw fusionErrors.ranksDiffer({ adapter: other.name, module, got: other.rank, expected });
}

/** Compares bytes: memcmp is faster than a loop over numbers, and tells 0 from -0. */
export function equalBits(x: Float32Array, y: Float32Array): boolean {
  return x === y || (x.length === y.length && Buffer.compare(view(x), view(y)) === 0);
}
const view = (values: Float32Array): Buffer => Buffer.from(values.buffer, values.byteOffset, values.byteLength);
