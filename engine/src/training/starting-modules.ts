import { matchTargets, type LinearShape, type LowRankUpdates } from '../models/index.js';
import { drawFrame } from './draw-frame.js';
import { trainingErrors } from './errors.js';

/** Where A starts: drawn from a seed (`drawFrame`), or given by module. Adapters of one frame fuse exactly. */
export type FrameChoice = { readonly seed: number } | { readonly factors: ReadonlyMap<string, Float32Array> };

/** One adapted layer at the start; `a` and `b` are its own and will change. */
export interface StartingModule {
  readonly rank: number;
  /** The factor on B A. */
  readonly scale: number;
  readonly a0: Float32Array;
  readonly a: Float32Array;
  readonly b: Float32Array;
  /** Whether it is replaced by its tangent at (A0, 0): then A stays. */
  readonly linearized: boolean;
}

export interface StartingModulesOptions {
  readonly layers: ReadonlyMap<string, LinearShape>;
  readonly targetModules: readonly string[];
  readonly rank: number;
  readonly alpha: number;
  /** rsLoRA (Kalajdzievski 2023): alpha / √rank in place of alpha / rank, so that the update's size does not fall with the rank. */
  readonly rankStabilized?: boolean | undefined;
  readonly frame: FrameChoice;
  /** All modules, none, or those that the patterns name (as `matchTargets` reads them). */
  readonly linearized: boolean | readonly string[];
  /** Factors to go on from, such as those of a fused adapter; (A0, 0) unless given. */
  readonly start?: LowRankUpdates | undefined;
}

/** The adapted layers in sorted order. */
export function startingModules(options: StartingModulesOptions): ReadonlyMap<string, StartingModule> {
  const { layers, rank, alpha, rankStabilized = false, start } = options;
  const frame = startingFrame(options);
  const scale = alpha / (rankStabilized ? Math.sqrt(rank) : rank);
  const chosen = linearizedModules(frame, options.linearized);
  const modules = new Map<string, StartingModule>();
  for (const [name, a0] of frame) {
    const linearized = chosen.has(name);
    const b = new Float32Array(layers.get(name)!.outFeatures * rank);
    const given = start?.get(name);
    const module = { rank, scale, a0, a: a0.slice(), b, linearized };
    if (given !== undefined) startFrom(name, module, given);
    modules.set(name, module);
  }
  const unknown = [...(start?.keys() ?? [])].find((name) => !modules.has(name));
  if (unknown === undefined) return modules;
  throw trainingErrors.optionInvalid({ option: 'start', got: unknown, expected: 'modules that are targets' });
}

function startFrom(
  name: string,
  { a0, a, b, scale, linearized }: StartingModule,
  given: NonNullable<ReturnType<LowRankUpdates['get']>>,
): void {
  const fail = (got: string, expected: string) => trainingErrors.optionInvalid({ option: 'start', got, expected });
  if (given.a.length !== a.length || given.b.length !== b.length) {
    throw fail(`rank ${given.rank} for ${name}`, 'the rank of the training');
  }
  if (linearized && given.a.some((value, i) => value !== a0[i])) {
    throw fail(
      `an A of ${name} that has left the frame`,
      'factors of the frame, for a module that is linearized there',
    );
  }
  a.set(given.a);
  b.set(given.b.map((value) => (value * given.scale) / scale));
}

function linearizedModules(
  frame: ReadonlyMap<string, Float32Array>,
  linearized: boolean | readonly string[],
): ReadonlySet<string> {
  if (typeof linearized === 'boolean') return new Set(linearized ? frame.keys() : []);
  return new Set(linearized.length === 0 ? [] : matchTargets(frame.keys(), linearized));
}

function startingFrame(options: StartingModulesOptions): ReadonlyMap<string, Float32Array> {
  const { layers, targetModules, frame, rank } = options;
  const targets = new Map(matchTargets(layers.keys(), targetModules).map((name) => [name, layers.get(name)!]));
  if ('seed' in frame) return drawFrame(frame.seed, targets, rank);
  for (const [name, { inFeatures }] of targets) {
    const got = frame.factors.get(name)?.length;
    if (got === rank * inFeatures) continue;
    const expected = `${rank} × ${inFeatures} entries for ${name}`;
    throw trainingErrors.optionInvalid({ option: 'frame', got: String(got ?? 'nothing'), expected });
  }
  return new Map([...targets.keys()].map((name) => [name, frame.factors.get(name)!.slice()]));
}
