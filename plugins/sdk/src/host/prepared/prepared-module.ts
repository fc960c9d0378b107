import {
  coreBasis,
  createMatrix,
  frobeniusNorm,
  joinColumns,
  scaleColumns,
  scaleRows,
  sliceColumns,
  svd,
  toFloat32,
  transpose,
  type Matrix,
} from '@crucible/engine/algebra';
import type { ModuleFactors } from '../../contract/strategy.js';
import { checkFrame } from '../fusion/combine-factors.js';
import { lowRankOf } from '../fusion/low-rank-of.js';
import type { ModulePlan } from '../fusion/module-plan.js';
import type { ModuleTask } from '../fusion/module-task.js';

/** One module of a prepared set: everything that previews ask of its adapters, in the coordinates of their common bases. */
export interface PreparedModule {
  readonly plan: ModulePlan;
  /** Digests of the holders, in their order. */
  readonly digests: readonly string[];
  /** M_i `[p, q]` of ΔW_i = Q_B·M_i·Q_Aᵀ, in the order of the holders. */
  readonly cores: readonly Matrix[];
  /** The same in float32, as a run shows them to strategies in CORE space. */
  readonly shown: readonly Float32Array[];
  /** ‖M_i‖² */
  readonly energies: readonly number[];
  /** The factors as they are stored, in the same coordinates: M_i = scale·b·a, b `[p, rank]`, a `[rank, q]`. */
  readonly turned: readonly ModuleFactors[];
  /** M_i = left_i·right_i at the rank of M_i: the columns of all left_i side by side, `[p, Σrank]`, and the rows of all right_i, transposed, `[q, Σrank]`. */
  readonly left: Matrix;
  readonly right: Matrix;
  /** Where the columns of each holder begin, with the end of the last. */
  readonly offsets: readonly number[];
  /** Why these factors are not of one tangent frame, as a run in FRAME space would say; undefined if they are. */
  readonly frameProblem: unknown;
}

/** Bytes that a prepared module holds, known before anything is read. */
export function bytesOfModule({ holders, outFeatures, inFeatures }: ModulePlan): number {
  const stacked = holders.reduce((sum, { rank }) => sum + rank, 0);
  const [p, q] = [Math.min(stacked, outFeatures), Math.min(stacked, inFeatures)];
  return holders.length * p * q * (8 + 4) + (p + q) * stacked * (8 + 4);
}

/** Factorizes one module, by the same arithmetic as a run in CORE space: O((out + in)·(Σr)²), once for all previews. */
export function prepareModule(plan: ModulePlan, task: ModuleTask): PreparedModule {
  const { cores, factors } = coreBasis(task.members.map((member) => lowRankOf(member, task)));
  const parts = cores.map((core) => {
    const { u, singularValues, vt } = svd(core);
    const roots = singularValues.map(Math.sqrt);
    return { left: scaleColumns(u, roots), right: transpose(scaleRows(vt, roots)) };
  });
  const offsets = [0];
  for (const { left } of parts) offsets.push(offsets.at(-1)! + left.columns);
  const { rows: p, columns: q } = cores[0]!;
  return {
    plan,
    digests: task.members.map(({ digest }) => digest),
    cores,
    shown: cores.map(toFloat32),
    turned: factors.map(({ a, b, scale }) => ({ rank: a.rows, scale, a: toFloat32(a), b: toFloat32(b) })),
    energies: cores.map((core) => frobeniusNorm(core) ** 2),
    left: joinColumns(
      parts.map(({ left }) => left),
      p,
    ),
    right: joinColumns(
      parts.map(({ right }) => right),
      q,
    ),
    offsets,
    frameProblem: problemOf(() => checkFrame(task)),
  };
}

function problemOf(check: () => void): unknown {
  try {
    check();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Σ coefficient·M_i. */
export function combineCores({ cores }: PreparedModule, coefficients: readonly number[]): Matrix {
  const { rows, columns } = cores[0]!;
  const out = createMatrix(rows, columns);
  const sum = out.data;
  for (const [i, { data }] of cores.entries()) {
    const coefficient = coefficients[i]!;
    if (coefficient === 0) continue;
    for (let at = 0; at < data.length; at += 1) sum[at]! += coefficient * data[at]!;
  }
  return out;
}

/** Columns of one holder in `left` or `right`. */
export const columnsOf = (module: PreparedModule, side: 'left' | 'right', place: number): Matrix =>
  sliceColumns(module[side], module.offsets[place]!, module.offsets[place + 1]!);
