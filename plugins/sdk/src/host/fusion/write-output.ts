import { rm } from 'node:fs/promises';
import { writeAdapter, type WrittenAdapter } from '@crucible/engine/adapters';
import { LockStep } from './lock-step.js';
import type { FusedModule } from './module-fuser.js';
import type { ModulePlan } from './module-plan.js';
import { OrderedWindow } from './ordered-window.js';
import { outputManifest, type OutputDescription } from './output-manifest.js';
import { predictFactors, type PredictedFactors } from './predict-factors.js';

/** A file that shall be written: one for all adapters, or one for the adapter of a position, with the modules that it has. */
export interface OutputFile {
  readonly path: string;
  readonly position?: number;
  readonly description: Omit<OutputDescription, 'rank' | 'scale' | 'framed'>;
}

export interface OutputSetup {
  readonly files: readonly OutputFile[];
  readonly plans: readonly ModulePlan[];
  /** Modules that are computed at one time. */
  readonly width: number;
  readonly signal: AbortSignal;
  /** One result for all adapters, or one for each that has the module, in their order. */
  fuse(plan: ModulePlan): Promise<readonly FusedModule[]>;
  /** In the order of modules; again from the first where a wrong guess needs another pass. */
  onModule(plan: ModulePlan, fused: readonly FusedModule[]): void;
  /** What to do when two passes over a strategy disagree. */
  notReproducible(module: string, first: number, second: number): Error;
}

export interface WrittenOutput extends WrittenAdapter {
  readonly rank: number;
}

/** Thrown through the writers, which then leave nothing behind. */
class WrongGuess extends Error {}

type Results = OrderedWindow<readonly FusedModule[]>;
/** By file and by index of the module; undefined where the file lacks the module. */
type Shapes = readonly (readonly (PredictedFactors | undefined)[])[];

/**
 * Streams the fused modules into the adapters' files, a few in memory at a time; several files are written side by side. A safetensors file says the
 * shape of everything in its header, before the first tensor: shapes are guessed from the first module, and where the guess fails, a pass without
 * writing finds them. All files are written, or none is left.
 */
export async function writeOutput(setup: OutputSetup): Promise<readonly WrittenOutput[]> {
  const { plans, files } = setup;
  const open = (): Results =>
    // One more than are computed, so that the next is being read meanwhile.
    new OrderedWindow(plans.length, setup.width + 1, (index) => setup.fuse(plans[index]!));

  const ahead = open();
  try {
    const first = await ahead.take(0);
    const guess = files.map(({ position, description: { space, outputRank } }) => {
      const fused = resultFor(plans[0]!, position, first) ?? first[0]!;
      const shapes = predictFactors(plans, { plan: plans[0]!, fused }, space, outputRank);
      return plans.map((plan, index) => (hasModule(plan, position) ? shapes[index] : undefined));
    });
    return await writeAll(setup, guess, (index) => (index === 0 ? Promise.resolve(first) : ahead.take(index)));
  } catch (error) {
    if (!(error instanceof WrongGuess)) throw error;
  } finally {
    await ahead.drain();
  }

  const found = await findShapes(setup, open());
  const again = open();
  try {
    return await writeAll(setup, found, (index) => again.take(index));
  } catch (error) {
    if (error instanceof WrongGuess) throw error.cause;
    throw error;
  } finally {
    await again.drain();
  }
}

const hasModule = ({ holders }: ModulePlan, position: number | undefined): boolean =>
  position === undefined || holders.some((holder) => holder.position === position);

/** Of the results of a module, the one that belongs into a file. */
export function resultFor<Result>(
  { holders }: ModulePlan,
  position: number | undefined,
  fused: readonly Result[],
): Result | undefined {
  return fused[position === undefined ? 0 : holders.findIndex((holder) => holder.position === position)];
}

async function findShapes({ plans, files }: OutputSetup, results: Results): Promise<Shapes> {
  const found: (PredictedFactors | undefined)[][] = files.map(() => []);
  try {
    for (const [index, plan] of plans.entries()) {
      const fused = await results.take(index);
      for (const [file, { position }] of files.entries()) {
        const own = resultFor(plan, position, fused);
        found[file]!.push(own && { rank: own.factors.rank, scale: own.factors.scale, framed: own.framed });
      }
    }
  } finally {
    await results.drain();
  }
  return found;
}

async function writeAll(
  setup: OutputSetup,
  shapes: Shapes,
  take: (index: number) => Promise<readonly FusedModule[]>,
): Promise<readonly WrittenOutput[]> {
  const { plans, files } = setup;
  const steps = new LockStep(files.length, async (index) => {
    const fused = await take(index);
    setup.onModule(plans[index]!, fused);
    return fused;
  });
  const writing = files.map(async (file, reader) => {
    try {
      return await write(setup, file, shapes[reader]!, (index) => steps.take(reader, index));
    } catch (error) {
      throw steps.fail(error);
    } finally {
      steps.leave(reader);
    }
  });
  const settled = await Promise.allSettled(writing);
  const failed = settled.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') {
    // One may have been complete before another failed.
    await Promise.all(files.map(({ path }) => rm(path, { force: true })));
    throw failed.reason;
  }
  return Promise.all(writing);
}

async function write(
  setup: OutputSetup,
  { path, position, description }: OutputFile,
  shapes: readonly (PredictedFactors | undefined)[],
  take: (index: number) => Promise<readonly FusedModule[]>,
): Promise<WrittenOutput> {
  const { signal } = setup;
  const expected = shapes.filter((shape) => shape !== undefined);
  const rank = expected.reduce((greatest, module) => Math.max(greatest, module.rank), 0);
  // A module of zeros fits any scale; the others should rarely need one of their own.
  const scale = expected.find((module) => module.rank > 1)?.scale ?? expected[0]!.scale;
  const framed = expected.every((module) => module.framed);
  const modules = setup.plans.flatMap((plan) => {
    const { module, index, inFeatures, outFeatures, layout } = plan;
    const shape = shapes[index];
    if (shape === undefined) return [];
    const factors = async (): Promise<FusedModule['factors']> => {
      const fused = resultFor(plan, position, await take(index))!;
      const { rank: own, scale: ownScale } = fused.factors;
      if (own === shape.rank && ownScale === shape.scale && fused.framed === shape.framed) return fused.factors;
      throw new WrongGuess('the header says another shape', {
        cause: setup.notReproducible(module, shape.rank, own),
      });
    };
    const info = { name: module, inFeatures, outFeatures, rank: shape.rank, scale: shape.scale, ...layout };
    return [{ info, factors }];
  });
  const written = await writeAdapter(path, outputManifest({ ...description, rank, scale, framed }), modules, {
    signal,
  });
  return { ...written, rank };
}
