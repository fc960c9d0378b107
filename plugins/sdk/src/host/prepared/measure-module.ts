import {
  createMatrix,
  joinColumns,
  multiply,
  scaleMatrix,
  thinQr,
  transpose,
  type Matrix,
} from '@crucible/engine/algebra';
import { leadingSpaces } from '@crucible/engine/diagnostics';
import type { FusionSpace } from '../../contract/fusion-space.js';
import { columnsOf, combineCores, type PreparedModule } from './prepared-module.js';

/** What a strategy made of a module: coefficients of its holders, a matrix in place of their cores, or factors of one. */
export type ModuleResult =
  | { readonly kind: 'combination'; readonly coefficients: readonly number[] }
  | { readonly kind: 'core'; readonly core: Matrix }
  /** A core as factors `[p, rank]` and `[rank, q]`, which the file then has. */
  | { readonly kind: 'factors'; readonly b: Matrix; readonly a: Matrix; readonly scale: number };

/** What one module adds to a preview. */
export interface MeasuredPreview {
  /** ‖exact‖², and what of it is beyond the output's rank. */
  readonly total: number;
  readonly lost: number;
  readonly rank: number;
  /** In the order of the holders: ⟨output, ΔW_i⟩, and ‖P·ΔW_i·Q‖². */
  readonly products: readonly number[];
  readonly kept: readonly number[];
}

/** Measures the output of one module at its rank, on cores alone: O((Σr)³). */
export function measureModule(
  module: PreparedModule,
  result: ModuleResult,
  space: FusionSpace,
  outputRank = Infinity,
): MeasuredPreview {
  if (result.kind === 'core') return measureCut(module, result.core, outputRank);
  if (result.kind === 'factors') return measureFactors(module, result, outputRank);
  const { coefficients } = result;
  const active = coefficients.flatMap((coefficient, place) => (coefficient === 0 ? [] : [place]));
  const core = combineCores(module, coefficients);
  if (active.length === 0) {
    return { total: 0, lost: 0, rank: 1, products: module.cores.map(() => 0), kept: module.cores.map(() => 0) };
  }
  const { holders } = module.plan;
  // The rank of the file, not of the numbers in it: a combination keeps all columns of those that take part.
  const exactRank = space === 'FRAME' ? holders[0]!.rank : active.reduce((sum, place) => sum + holders[place]!.rank, 0);
  const [only] = active;
  if (active.length === 1 && coefficients[only!] === 1 && exactRank <= outputRank) {
    return measureWhole(module, core, active, exactRank);
  }
  if (space === 'FRAME' || exactRank > outputRank) {
    return { ...measureCut(module, core, Math.min(exactRank, outputRank)), rank: Math.min(exactRank, outputRank) };
  }
  return measureWhole(module, core, active, exactRank);
}

/** Where nothing is cut, what is kept of the adapters is what the columns of b and the rows of a span, as in the report of a run. */
function measureFactors(
  module: PreparedModule,
  { b, a, scale }: Extract<ModuleResult, { kind: 'factors' }>,
  outputRank: number,
): MeasuredPreview {
  const core = scaleMatrix(multiply(b, a), scale);
  const rank = b.columns;
  if (rank > outputRank) return measureCut(module, core, outputRank);
  const kept = keptEnergies(onto(b, module.left), onto(transpose(a), module.right), module);
  return { total: energyOf(core), lost: 0, rank, products: module.cores.map((own) => dot(core, own)), kept };
}

/** x in coordinates of the columns of `span`; what spans everything projects nothing away. */
const onto = (span: Matrix, x: Matrix): Matrix =>
  span.columns >= span.rows ? x : multiply(transpose(thinQr(span).q), x);

/** Nothing is cut: those that take part are kept whole, and of the others what their rows and columns span. */
function measureWhole(module: PreparedModule, core: Matrix, active: readonly number[], rank: number): MeasuredPreview {
  const total = energyOf(core);
  const products = module.cores.map((own) => dot(core, own));
  if (active.length === module.cores.length) return { total, lost: 0, rank, products, kept: module.energies };
  const spanOf = (side: 'left' | 'right'): Matrix =>
    transpose(
      thinQr(
        joinColumns(
          active.map((place) => columnsOf(module, side, place)),
          module[side].rows,
        ),
      ).q,
    );
  const kept = keptEnergies(multiply(spanOf('left'), module.left), multiply(spanOf('right'), module.right), module);
  return {
    total,
    lost: 0,
    rank,
    products,
    kept: module.energies.map((energy, place) => (active.includes(place) ? energy : kept[place]!)),
  };
}

function measureCut(module: PreparedModule, core: Matrix, rank: number): MeasuredPreview {
  const { total, tail, kept, left, right, singularValues } = leadingSpaces(core, rank);
  if (kept === 0) {
    return { total: 0, lost: 0, rank: 1, products: module.cores.map(() => 0), kept: module.cores.map(() => 0) };
  }
  // What spans everything projects nothing away.
  const onLeft = left ? multiply(left, module.left) : module.left;
  const onRight = right ? multiply(right, module.right) : module.right;
  const everything = kept === core.rows && kept === core.columns;
  const cut = singularValues !== undefined && !everything;
  return {
    total,
    lost: tail,
    rank: kept,
    products: cut ? alongOutput(onLeft, onRight, singularValues, module) : module.cores.map((own) => dot(core, own)),
    kept: everything ? module.energies : keptEnergies(onLeft, onRight, module),
  };
}

/** ⟨U·S·Vᵀ, L_i·R_iᵀ⟩ = Σ_t σ_t Σ_a (Uᵀ·L_i)[t, a]·(Vᵀ·R_i)[t, a]. */
function alongOutput(
  onLeft: Matrix,
  onRight: Matrix,
  singularValues: Float64Array,
  { cores, offsets }: PreparedModule,
): number[] {
  const width = onLeft.columns;
  return cores.map((_, place) => {
    let sum = 0;
    for (let t = 0; t < singularValues.length; t += 1) {
      let along = 0;
      for (let a = t * width + offsets[place]!; a < t * width + offsets[place + 1]!; a += 1) {
        along += onLeft.data[a]! * onRight.data[a]!;
      }
      sum += singularValues[t]! * along;
    }
    return sum;
  });
}

/** ‖X_i·Y_iᵀ‖² = Σ (X_iᵀX_i)∘(Y_iᵀY_i), X_i and Y_i the projected factors of holder i. */
function keptEnergies(x: Matrix, y: Matrix, { energies, offsets }: PreparedModule): number[] {
  return energies.map((energy, place) => {
    const [begin, end] = [offsets[place]!, offsets[place + 1]!];
    let sum = 0;
    for (let a = begin; a < end; a += 1) {
      for (let b = begin; b <= a; b += 1) {
        const product = columnProduct(x, a, b) * columnProduct(y, a, b);
        sum += a === b ? product : 2 * product;
      }
    }
    return Math.max(0, Math.min(sum, energy));
  });
}

function columnProduct({ rows, columns, data }: Matrix, a: number, b: number): number {
  let sum = 0;
  for (let at = 0; at < rows * columns; at += columns) sum += data[at + a]! * data[at + b]!;
  return sum;
}

function dot(x: Matrix, y: Matrix): number {
  let sum = 0;
  for (let at = 0; at < x.data.length; at += 1) sum += x.data[at]! * y.data[at]!;
  return sum;
}
const energyOf = (x: Matrix): number => dot(x, x);

/** A float32 matrix of a strategy, widened. */
export const coreFrom = (values: Float32Array, rows: number, columns: number): Matrix =>
  createMatrix(rows, columns, new Float64Array(values));
