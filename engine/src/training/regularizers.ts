import { createHash } from 'node:crypto';
import type { LowRankUpdate, LowRankUpdates } from '../models/index.js';
import { viewBytes } from '../tensors/index.js';
import { gradientName } from './adapter-step.js';
import { checkNumber } from './check-options.js';
import { trainingErrors } from './errors.js';
import type { StartingModule } from './starting-modules.js';
import type { BatchGradient, TrainedValues } from './trainee.js';

/** Penalties on what trains, added to the loss. Their gradients are exact and cost no pass through the model. */
export interface Regularizers {
  /** λ in (λ/2)·Σ‖ΔB‖², over whole weights (λ/2)·Σ‖ΔW‖²: small updates interfere less when they are added up. */
  readonly norm?: number | undefined;
  /**
   * Keeps the update away from those of other adapters: (μ/2)·Σ_modules Σ_j ⟨ΔW, ΔW_j⟩² / ‖ΔW_j‖², the squared length of its projection on each of them.
   * Where it is 0, adding the adapters up moves this one along none of the others. In the manner of O-LoRA (Wang et al. 2023), on the updates themselves
   * in place of their subspaces, which in one frame are all the same.
   */
  readonly orthogonality?: { readonly weight: number; readonly to: readonly LowRankUpdates[] } | undefined;
}

type Gradients = BatchGradient['gradients'];

/** @returns a function that adds the penalties' gradients at the present values to a batch's */
export function createRegularizer(
  { norm = 0, orthogonality }: Regularizers = {},
  modules: ReadonlyMap<string, StartingModule>,
  trained: ReadonlyMap<string, TrainedValues>,
): (gradients: Gradients) => Gradients {
  const positive = (x: number): boolean => x >= 0;
  checkNumber('regularizers.norm', norm, positive, 'a number from 0');
  checkNumber('regularizers.orthogonality', orthogonality?.weight ?? 0, positive, 'a number from 0');
  const weight = orthogonality?.weight ?? 0;
  const others = orthogonality === undefined || weight === 0 ? [] : otherUpdates(modules, orthogonality.to);
  if (norm === 0 && others.length === 0) return (gradients) => gradients;
  return (gradients) => {
    const sums = new Map([...gradients].map(([name, gradient]) => [name, Float64Array.from(gradient)]));
    const sumOf = (name: string): Float64Array => {
      const known = sums.get(name) ?? new Float64Array(trained.get(name)!.values.length);
      sums.set(name, known);
      return known;
    };
    if (norm > 0) {
      for (const [name, { values }] of trained) {
        // A is no part of the update's length: B A with a long A and a short B is short.
        if (name.startsWith('A/')) continue;
        const sum = sumOf(name);
        for (let i = 0; i < sum.length; i += 1) sum[i]! += norm * values[i]!;
      }
    }
    for (const { module, name, update, squares } of others) {
      const along = (weight * inner(module, update)) / squares;
      addProduct(sumOf(gradientName('B', name)), along * update.scale, update.b, gram(update, module), module);
      if (!trained.has(gradientName('A', name))) continue;
      addTransposed(sumOf(gradientName('A', name)), along, update, module);
    }
    return sums;
  };
}

interface OtherUpdate {
  readonly name: string;
  readonly module: StartingModule;
  readonly update: LowRankUpdate;
  /** ‖ΔW_j‖² */
  readonly squares: number;
}

function otherUpdates(
  modules: ReadonlyMap<string, StartingModule>,
  to: readonly LowRankUpdates[],
): readonly OtherUpdate[] {
  if (modules.size === 0) {
    const expected = 'a mode that trains factors';
    throw trainingErrors.optionInvalid({ option: 'regularizers.orthogonality', got: 'whole weights', expected });
  }
  return to.flatMap((updates) =>
    [...modules].flatMap(([name, module]) => {
      const update = updates.get(name);
      if (update === undefined) return [];
      if (update.a.length * module.rank !== module.a.length * update.rank) {
        const got = `A of ${update.a.length} entries for ${name}`;
        throw trainingErrors.optionInvalid({ option: 'regularizers.orthogonality', got, expected: 'the base’s shape' });
      }
      const squares = inner(update, update);
      return squares === 0 ? [] : [{ name, module, update, squares }];
    }),
  );
}

type Factors = Pick<LowRankUpdate, 'a' | 'b' | 'rank' | 'scale'>;

/** Σ over the inner dimension: A_j Aᵀ, `[rank_j, rank]`. */
function gram(x: Factors, y: Factors): Float64Array {
  const width = x.a.length / x.rank;
  const out = new Float64Array(x.rank * y.rank);
  for (let i = 0; i < x.rank; i += 1) {
    for (let j = 0; j < y.rank; j += 1) {
      let sum = 0;
      for (let k = 0; k < width; k += 1) sum += x.a[i * width + k]! * y.a[j * width + k]!;
      out[i * y.rank + j] = sum;
    }
  }
  return out;
}

/** ⟨ΔW_x, ΔW_y⟩ = s_x s_y tr((B_yᵀ B_x)(A_x A_yᵀ)), without either product in full. */
export function inner(x: Factors, y: Factors): number {
  const ofA = gram(x, y);
  const rows = x.b.length / x.rank;
  let sum = 0;
  for (let i = 0; i < x.rank; i += 1) {
    for (let j = 0; j < y.rank; j += 1) {
      let ofB = 0;
      for (let row = 0; row < rows; row += 1) ofB += x.b[row * x.rank + i]! * y.b[row * y.rank + j]!;
      sum += ofB * ofA[i * y.rank + j]!;
    }
  }
  return sum * x.scale * y.scale;
}

/** ∂/∂B: along · s · ΔW_j Aᵀ = (along s_j) · s B_j (A_j Aᵀ) */
function addProduct(sum: Float64Array, along: number, b: Float32Array, ofA: Float64Array, module: Factors): void {
  const { rank, scale } = module;
  const otherRank = ofA.length / rank;
  const rows = sum.length / rank;
  for (let row = 0; row < rows; row += 1) {
    for (let j = 0; j < rank; j += 1) {
      let total = 0;
      for (let i = 0; i < otherRank; i += 1) total += b[row * otherRank + i]! * ofA[i * rank + j]!;
      sum[row * rank + j]! += along * scale * total;
    }
  }
}

/** ∂/∂A: along · s · Bᵀ ΔW_j = along · s s_j (Bᵀ B_j) A_j */
function addTransposed(sum: Float64Array, along: number, other: Factors, module: Factors): void {
  const rows = module.b.length / module.rank;
  const width = module.a.length / module.rank;
  for (let i = 0; i < module.rank; i += 1) {
    for (let j = 0; j < other.rank; j += 1) {
      let ofB = 0;
      for (let row = 0; row < rows; row += 1) ofB += module.b[row * module.rank + i]! * other.b[row * other.rank + j]!;
      const factor = along * module.scale * other.scale * ofB;
      for (let k = 0; k < width; k += 1) sum[i * width + k]! += factor * other.a[j * width + k]!;
    }
  }
}

/** As JSON, for the fingerprint of a training. */
export function describeRegularizers({ norm = 0, orthogonality }: Regularizers = {}): Readonly<
  Record<string, unknown>
> {
  const hash = createHash('sha256');
  for (const updates of orthogonality?.to ?? []) {
    for (const [name, { a, b, scale }] of updates)
      hash.update(`${name} ${scale}`).update(viewBytes(a)).update(viewBytes(b));
  }
  return { norm, orthogonality: orthogonality?.weight ?? 0, to: hash.digest('hex') };
}
