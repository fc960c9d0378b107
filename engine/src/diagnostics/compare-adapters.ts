import type { AdapterFactors, AdapterModuleInfo } from '../adapters/index.js';
import { createLowRank, type LowRank } from '../algebra/index.js';
import { compareNames } from '../tensors/index.js';
import { compareModule, type ModuleComparison } from './compare-module.js';
import { diagnosticsErrors } from './errors.js';
import { layerOf } from './layer-of.js';
import { diagnosticsLimits } from './limits.js';
import { SignCounter, type SignAgreement } from './sign-agreement.js';
import { truncationErrors } from './spectrum.js';

/** What of an adapter is compared: its low-rank updates. */
export interface ComparedAdapter {
  readonly name: string;
  readonly modules: ReadonlyMap<string, AdapterModuleInfo>;
  readFactors(module: string): Promise<AdapterFactors>;
}

export interface CompareOptions {
  /** Of the sum whose truncation is predicted; 1 for each where left out. */
  readonly weights?: readonly number[];
  /**
   * Whether to look at signs, and at how many rows of each module at most; fewer than a module has make an estimate with its margin. Left out: not at all,
   * for they need every dense entry and take many times as long as the rest.
   */
  readonly signs?: { readonly rows?: number; readonly seed?: number };
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

export interface ModuleReport extends ModuleComparison {
  readonly module: string;
  readonly outFeatures: number;
  readonly inFeatures: number;
  /** Positions of the adapters that have it; places in `updates`, `pairs` and `signs` count these. */
  readonly holders: readonly number[];
  readonly signs?: SignAgreement;
}

export interface LayerEnergy {
  readonly stack: string;
  readonly index: number;
  /** Per adapter: Σ‖ΔW‖² over the layer's modules. */
  readonly energies: readonly number[];
}

export interface AdapterPair {
  readonly left: number;
  readonly right: number;
  /** Over all modules, as if they were one long vector. 0 where either is zero. */
  readonly cosine: number;
  /** ‖left‖ / ‖right‖; infinite where right alone is zero, 1 where both are. */
  readonly normRatio: number;
  /** Means over the modules that both have, each counting with the geometric mean of the two energies in it; 0 without any. */
  readonly columnOverlap: number;
  readonly rowOverlap: number;
}

export interface AdapterComparison {
  /** Sorted by name. */
  readonly modules: readonly ModuleReport[];
  /** Per adapter, Frobenius over all modules. */
  readonly norms: readonly number[];
  readonly pairs: readonly AdapterPair[];
  /** By stack and index; modules outside of any layer are left out. */
  readonly layers: readonly LayerEnergy[];
  /** Weights of the predicted sum. */
  readonly weights: readonly number[];
  /** ‖sum - best of rank k in each module‖ / ‖sum‖ for k = 1, 2, …: exact, to rounding. The last is 0. */
  readonly truncationErrors: readonly number[];
  readonly signs?: SignAgreement;
}

/**
 * What adapters of one base have in common and where they clash, from their factors alone: no base is needed, and no dense matrix except for signs, which
 * take theirs in blocks. Module by module in float64, in bounded memory.
 *
 * @throws DIAGNOSTICS_*, and the signal's reason after an abort
 */
export async function compareAdapters(
  adapters: readonly ComparedAdapter[],
  options: CompareOptions = {},
): Promise<AdapterComparison> {
  const { weights = adapters.map(() => 1), signs, signal, onProgress } = options;
  const plans = planComparison(adapters, weights);
  const total = new SignCounter(adapters.length);
  const modules: ModuleReport[] = [];
  for (const [done, plan] of plans.entries()) {
    signal?.throwIfAborted();
    const updates = await Promise.all(plan.holders.map((position) => readUpdate(adapters[position]!, plan.module)));
    const compared = compareModule(
      updates,
      plan.holders.map((position) => weights[position]!),
    );
    let agreement: SignAgreement | undefined;
    if (signs) {
      const own = new SignCounter(updates.length);
      // Each module draws rows of its own.
      const drawn = { ...signs, seed: (signs.seed ?? 0) + done, ...(signal && { signal }) };
      await own.add(updates, { ...drawn, onBlock: breathe });
      agreement = own.result;
      total.merge(own, plan.holders);
    }
    modules.push({ ...plan, ...compared, ...(agreement && { signs: agreement }) });
    onProgress?.({ done: done + 1, total: plans.length });
    await breathe();
  }
  const energies = adapters.map((_, position) => sum(modules.map((module) => energyOf(module, position))));
  return {
    modules,
    norms: energies.map(Math.sqrt),
    pairs: adapters.flatMap((_, left) =>
      adapters.slice(left + 1).map((_, k) => comparePair(modules, energies, left, left + 1 + k)),
    ),
    layers: layersOf(modules, adapters.length),
    weights,
    truncationErrors: [...truncationErrors(modules.map((module) => module.sum.tailEnergies))],
    ...(signs && { signs: total.result }),
  };
}

interface ComparisonPlan {
  readonly module: string;
  readonly outFeatures: number;
  readonly inFeatures: number;
  readonly holders: readonly number[];
}

function planComparison(adapters: readonly ComparedAdapter[], weights: readonly number[]): readonly ComparisonPlan[] {
  const checkLimit = (what: keyof typeof diagnosticsLimits, got: number): void => {
    const limit = diagnosticsLimits[what];
    if (got > limit) throw diagnosticsErrors.limitExceeded({ what, got, limit });
  };
  checkLimit('adapters', adapters.length);
  if (weights.length !== adapters.length || !weights.every((weight) => Number.isFinite(weight))) {
    throw diagnosticsErrors.weightsInvalid({ got: weights, expected: adapters.length });
  }
  const names = [...new Set(adapters.flatMap(({ modules }) => [...modules.keys()]))].sort(compareNames);
  if (names.length === 0) throw diagnosticsErrors.noAdapters({ adapters: adapters.length });
  checkLimit('modules', names.length);
  // Each has modules of its own alone: every cosine would be 0 and say nothing.
  const own = adapters.filter(({ modules }) => modules.size > 0);
  const [left, right] = own;
  if (left && right && own.reduce((total, { modules }) => total + modules.size, 0) === names.length) {
    const example = [left, right].map(({ modules }) => [...modules.keys()][0]!) as [string, string];
    throw diagnosticsErrors.nothingInCommon({ left: left.name, right: right.name, modules: example });
  }
  return names.map((module) => {
    const holders = adapters.flatMap(({ modules }, position) => (modules.has(module) ? [position] : []));
    const { outFeatures, inFeatures } = adapters[holders[0]!]!.modules.get(module)!;
    let rank = 0;
    for (const position of holders) {
      const info = adapters[position]!.modules.get(module)!;
      rank += info.rank;
      if (info.outFeatures === outFeatures && info.inFeatures === inFeatures) continue;
      throw diagnosticsErrors.shapeMismatch({
        adapter: adapters[position]!.name,
        module,
        got: [info.outFeatures, info.inFeatures],
        expected: [outFeatures, inFeatures],
      });
    }
    checkLimit('stackedRank', rank);
    return { module, outFeatures, inFeatures, holders };
  });
}

async function readUpdate(adapter: ComparedAdapter, module: string): Promise<LowRank> {
  return createLowRank(await adapter.readFactors(module), adapter.modules.get(module)!);
}

function comparePair(
  modules: readonly ModuleReport[],
  energies: readonly number[],
  left: number,
  right: number,
): AdapterPair {
  let [product, weight, columns, rows] = [0, 0, 0, 0];
  for (const { holders, pairs, updates } of modules) {
    const [i, j] = [holders.indexOf(left), holders.indexOf(right)];
    if (i < 0 || j < 0) continue;
    const pair = pairs.find((each) => each.left === i && each.right === j)!;
    const share = updates[i]!.norm * updates[j]!.norm;
    product += pair.innerProduct;
    weight += share;
    columns += share * pair.columnOverlap;
    rows += share * pair.rowOverlap;
  }
  const [x, y] = [Math.sqrt(energies[left]!), Math.sqrt(energies[right]!)];
  return {
    left,
    right,
    cosine: x === 0 || y === 0 ? 0 : Math.max(-1, Math.min(1, product / x / y)),
    normRatio: x === y ? 1 : x / y,
    columnOverlap: weight === 0 ? 0 : columns / weight,
    rowOverlap: weight === 0 ? 0 : rows / weight,
  };
}

function layersOf(modules: readonly ModuleReport[], adapters: number): readonly LayerEnergy[] {
  const layers = new Map<string, { stack: string; index: number; energies: number[] }>();
  for (const module of modules) {
    const layer = layerOf(module.module);
    if (layer === undefined) continue;
    const key = `${layer.stack}.${layer.index}`;
    const entry = layers.get(key) ?? { ...layer, energies: Array.from({ length: adapters }, () => 0) };
    entry.energies.forEach((_, position) => (entry.energies[position]! += energyOf(module, position)));
    layers.set(key, entry);
  }
  return [...layers.values()].sort((x, y) => compareNames(x.stack, y.stack) || x.index - y.index);
}

function energyOf({ holders, updates }: ModuleReport, position: number): number {
  const place = holders.indexOf(position);
  return place < 0 ? 0 : updates[place]!.norm ** 2;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Lets messages in: an abort that waits for the event loop would never be seen by a long computation. */
const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
