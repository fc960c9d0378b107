import {
  concatenate,
  createMatrix,
  innerProduct,
  joinColumns,
  multiply,
  multiplyTransposed,
  norm,
  scaleMatrix,
  thinQr,
  transpose,
  type LowRank,
} from '@crucible/engine/algebra';
import type { FusionSpace } from '../../contract/fusion-space.js';
import { commonScale, equalBits } from './combine-factors.js';
import { lowRankOf } from './low-rank-of.js';
import type { ModuleTask } from './module-task.js';
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
  readonly kept: readonly { readonly position: number; readonly kept: number; readonly total: number }[];
}

/** Without coefficients the result came from a rule that merges matrices. */
export function measureFidelity(
  task: ModuleTask,
  space: FusionSpace,
  { factors, energy }: Refactored,
  coefficients?: readonly number[],
): ModuleFidelity {
  const whole = coefficients && energy === undefined && (space === 'DELTA' || space === 'CORE');
  const partial = task.members.filter((_, i) => !whole || coefficients[i] === 0);
  const kept = factors.zero ? lostWhole(task, partial) : keptEnergies(task, partial, lowRankOf(factors, task));
  const loss = energy && { exact: energy.exact, error: energy.lost, lost: energy.lost };
  if (space !== 'FACTOR') return { ...loss, kept };
  if (coefficients === undefined) {
    return { ...loss, mixed: task.members.some(({ a }) => !equalBits(a, task.members[0]!.a)), kept };
  }
  return { ...loss, ...crossTerms(task, { factors, ...(energy && { energy }) }, coefficients), kept };
}

function lostWhole(task: ModuleTask, members: ModuleTask['members']): ModuleFidelity['kept'] {
  return members.map((member) => {
    const delta = lowRankOf(member, task);
    return { position: member.position, kept: 0, total: innerProduct(delta, delta) };
  });
}

/** ‖P·ΔW_i·Q‖² with P and Q the projections on the output's column and row spaces, and ‖ΔW_i‖². */
function keptEnergies(task: ModuleTask, members: ModuleTask['members'], output: LowRank): ModuleFidelity['kept'] {
  if (members.length === 0) return [];
  const left = thinQr(output.b).q;
  const right = thinQr(transpose(output.a)).q;
  return members.map((member) => {
    const delta = lowRankOf(member, task);
    const core = innerProductOf({
      b: multiplyTransposed(left, delta.b),
      a: multiply(delta.a, right),
      scale: delta.scale,
    });
    const total = innerProductOf(delta);
    return { position: member.position, kept: Math.min(core, total), total };
  });
}

const innerProductOf = (x: LowRank): number => innerProduct(x, x);

/**
 * FACTOR space applies s·(Σ cB)·A' with A' = A0 + Σ c(A - A0), where Σ c·ΔW is s·Σ c·B_i·A_i: they differ by s·Σ c·B_i·(A' - A_i), the cross terms
 * (paper.md 2.1). Written so, their norm needs no difference of large numbers.
 */
function crossTerms(
  task: ModuleTask,
  { factors, energy }: Refactored,
  coefficients: readonly number[],
): Pick<ModuleFidelity, 'exact' | 'error' | 'lost' | 'cross'> {
  const { members, outFeatures, inFeatures } = task;
  const terms = members.map((member, i) => ({ member, c: coefficients[i]! })).filter(({ c }) => c !== 0);
  if (terms.length === 0) return { exact: 0, error: 0, lost: 0, cross: 0 };
  const deltas = terms.map(({ member }) => lowRankOf(member, task));
  const exact =
    norm(
      concatenate(
        deltas,
        terms.map(({ c }) => c),
      ),
    ) ** 2;
  if (energy !== undefined && energy.lost > 0) {
    const difference = concatenate([lowRankOf(factors, task), ...deltas], [1, ...terms.map(({ c }) => -c)]);
    return { exact, error: norm(difference) ** 2, lost: energy.lost };
  }
  const { factors: own } = commonScale(members);
  const b = joinColumns(
    terms.map(({ member, c }, i) => scaleMatrix(deltas[i]!.b, c * own(member))),
    outFeatures,
  );
  const a = createMatrix(b.columns, inFeatures);
  terms.forEach(({ member }, i) => {
    const at = i * member.rank * inFeatures;
    for (let j = 0; j < member.a.length; j += 1) a.data[at + j] = factors.a[j]! - member.a[j]!;
  });
  const cross = innerProductOf({ b, a, scale: factors.scale });
  return { exact, error: cross, lost: 0, cross };
}
