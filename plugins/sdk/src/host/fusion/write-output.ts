import { writeAdapter, type WrittenAdapter } from '@crucible/engine/adapters';
import type { FusedModule } from './module-fuser.js';
import type { ModulePlan } from './module-plan.js';
import { OrderedWindow } from './ordered-window.js';
import { outputManifest, type OutputDescription } from './output-manifest.js';
import { predictFactors, type PredictedFactors } from './predict-factors.js';

export interface OutputSetup {
  readonly path: string;
  readonly plans: readonly ModulePlan[];
  readonly description: Omit<OutputDescription, 'rank' | 'scale' | 'framed'>;
  /** Modules that are computed at one time. */
  readonly width: number;
  readonly signal: AbortSignal;
  fuse(plan: ModulePlan): Promise<FusedModule>;
  /** In the order of modules in the file; again from the first where a wrong guess needs another pass. */
  onModule(plan: ModulePlan, fused: FusedModule): void;
  /** What to do when two passes over a strategy disagree. */
  notReproducible(module: string, first: number, second: number): Error;
}

export interface WrittenOutput extends WrittenAdapter {
  readonly rank: number;
}

/** Thrown through the writer, which then leaves nothing behind. */
class WrongGuess extends Error {}

/**
 * Streams the fused modules into the adapter's file, a few in memory at a time. A safetensors file says the shape of everything in its header, before
 * the first tensor: shapes are guessed from the first module, and where the guess fails, a pass without writing finds them.
 */
export async function writeOutput(setup: OutputSetup): Promise<WrittenOutput> {
  const { plans } = setup;
  const open = (): OrderedWindow<FusedModule> =>
    // One more than are computed, so that the next is being read meanwhile.
    new OrderedWindow(plans.length, setup.width + 1, (index) => setup.fuse(plans[index]!));

  const ahead = open();
  try {
    const fused = await ahead.take(0);
    const { space, outputRank } = setup.description;
    const guess = predictFactors(plans, { plan: plans[0]!, fused }, space, outputRank);
    return await write(setup, guess, ahead, fused);
  } catch (error) {
    if (!(error instanceof WrongGuess)) throw error;
  } finally {
    await ahead.drain();
  }

  const found: PredictedFactors[] = [];
  const survey = open();
  try {
    for (let index = 0; index < plans.length; index += 1) {
      const { factors, framed } = await survey.take(index);
      found.push({ rank: factors.rank, scale: factors.scale, framed });
    }
  } finally {
    await survey.drain();
  }
  const again = open();
  try {
    return await write(setup, found, again);
  } catch (error) {
    if (error instanceof WrongGuess) throw error.cause;
    throw error;
  } finally {
    await again.drain();
  }
}

async function write(
  setup: OutputSetup,
  expected: readonly PredictedFactors[],
  results: OrderedWindow<FusedModule>,
  first?: FusedModule,
): Promise<WrittenOutput> {
  const { plans, path, signal } = setup;
  const rank = expected.reduce((greatest, module) => Math.max(greatest, module.rank), 0);
  // A module of zeros fits any scale; the others should rarely need one of their own.
  const scale = expected.find(({ rank }) => rank > 1)?.scale ?? expected[0]!.scale;
  const framed = expected.every((module) => module.framed);
  const manifest = outputManifest({ ...setup.description, rank, scale, framed });
  const written = await writeAdapter(
    path,
    manifest,
    plans.map((plan) => {
      const { module, index, inFeatures, outFeatures } = plan;
      const shape = expected[index]!;
      return {
        info: { name: module, inFeatures, outFeatures, rank: shape.rank, scale: shape.scale },
        factors: async () => {
          const fused = first !== undefined && index === 0 ? first : await results.take(index);
          const { factors } = fused;
          const fits = factors.rank === shape.rank && factors.scale === shape.scale && fused.framed === shape.framed;
          if (!fits) {
            const cause = setup.notReproducible(module, shape.rank, factors.rank);
            throw new WrongGuess('the header says another shape', { cause });
          }
          setup.onModule(plan, fused);
          return factors;
        },
      };
    }),
    { signal },
  );
  return { ...written, rank };
}
