import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { FusionContext } from '../../contract/context.js';
import type { FusionSpace } from '../../contract/fusion-space.js';
import type { ModuleFactors, ModuleInput, ModuleStrategy } from '../../contract/strategy.js';
import { strategyFailed } from '../../errors.js';
import type { FusedFactors } from '../fusion/module-task.js';
import {
  invalidOutputOf,
  readCoefficients,
  readFactors,
  readMatrices,
  unsupportedOutput,
} from '../fusion/read-output.js';
import type { ModuleSchedule } from '../fusion/schedule-modules.js';
import { withTensorScope } from '../fusion/with-tensor-scope.js';
import { coreFrom, type ModuleResult } from './measure-module.js';
import type { PreparedModule } from './prepared-module.js';
import { previewErrors } from './preview-errors.js';

export interface StrategySetup {
  readonly strategy: ModuleStrategy;
  /** Parsed. */
  readonly options: Readonly<Record<string, unknown>>;
  /** What holds in each module, where anything is scheduled. */
  readonly schedule: ModuleSchedule | undefined;
  readonly space: FusionSpace;
  readonly weights: readonly number[];
  readonly context: FusionContext;
}

/** Asks a strategy for each module in turn, its survey first, as a run does; the arithmetic is the run's, on the same float32 cores. */
export async function runStrategy(
  setup: StrategySetup,
  modules: readonly PreparedModule[],
  use: (module: PreparedModule, result: ModuleResult) => void,
): Promise<void> {
  const state = await survey(setup, modules);
  const { strategy, context } = setup;
  for (const module of modules) {
    context.signal.throwIfAborted();
    use(
      module,
      await visit(setup, module, 'fuseModule', async (input) => {
        const invalid = invalidOutputOf(strategy.id, module.plan);
        const output = await strategy.fuseModule(input, state, context);
        if (output?.kind === 'combination') {
          const coefficients = readCoefficients(invalid, { members: input.members } as never, output.coefficients);
          return { kind: 'combination', coefficients };
        }
        if (output?.kind === 'outputs') throw notPossible(setup, 'it answers with several outputs');
        if (output?.kind === 'factors') {
          if (!followsRotations(setup, input.options)) throw notPossible(setup, NOT_TURNED);
          return turnedBack(module, readFactors(invalid, input as never, output.factors));
        }
        if (output?.kind !== 'vectors') throw unsupportedOutput(invalid, output, 'a combination or vectors');
        const { rows, columns } = module.cores[0]!;
        const [values] = await readMatrices(invalid, output.vectors, [[rows, columns]]);
        return { kind: 'core', core: coreFrom(values!, rows, columns) };
      }),
    );
  }
}

const NOT_TURNED =
  'it answers with factors of its own making, and does not say that its result follows rotations of what goes in';

/** Whether the small coordinates of the factors tell what the strategy makes of the factors themselves. */
const followsRotations = ({ strategy, space }: Pick<StrategySetup, 'strategy' | 'space'>, options: unknown): boolean =>
  space === 'CORE' && strategy.followsRotations?.(options as never) === true;

/** Factors in the module's small coordinates. */
function turnedBack({ cores }: PreparedModule, { a, b, rank, scale }: FusedFactors): ModuleResult {
  const { rows, columns } = cores[0]!;
  return { kind: 'factors', b: coreFrom(b, rows, rank), a: coreFrom(a, rank, columns), scale };
}

async function survey(setup: StrategySetup, modules: readonly PreparedModule[]): Promise<unknown> {
  const { strategy, weights, context, schedule } = setup;
  const { survey } = strategy;
  if (survey === undefined) return undefined;
  const options = schedule?.options ?? setup.options;
  const rounds = typeof survey.rounds === 'function' ? survey.rounds(options) : survey.rounds;
  let state = survey.start(options, weights.length);
  for (let round = 0; round < rounds; round += 1) {
    const observations: unknown[] = [];
    for (const module of modules) {
      context.signal.throwIfAborted();
      const step = `survey round ${round + 1}`;
      observations.push(
        await visit(setup, module, step, async (input) => survey.observe(input, state, round, context)),
      );
    }
    state = survey.combine(observations, state, round, options);
  }
  return state;
}

async function visit<T>(
  setup: StrategySetup,
  module: PreparedModule,
  step: string,
  work: (input: ModuleInput<Readonly<Record<string, unknown>>>) => Promise<T>,
): Promise<T> {
  const { strategy, context } = setup;
  return withTensorScope(context.tf, async () => {
    try {
      return await work(inputOf(setup, module));
    } catch (error) {
      context.signal.throwIfAborted();
      if (error instanceof NotInCore) throw notPossible(setup, error.message);
      if (isOurs(error)) throw error;
      throw strategyFailed(strategy, step, error, module.plan.module);
    }
  });
}

/** Thrown through the strategy where it looks at what a prepared set does not hold. */
class NotInCore extends Error {}

const isOurs = (error: unknown): boolean =>
  error instanceof Error && /^(PREVIEW|STRATEGY|PLUGIN)_/.test(String((error as { code?: unknown }).code));

function notPossible({ strategy, space }: StrategySetup, reason: string): Error {
  return previewErrors.notPossible({ strategy: strategy.id, space, reason });
}

function inputOf(
  { space, context: { tf }, schedule, strategy, ...setup }: StrategySetup,
  { plan, cores, shown, turned, digests }: PreparedModule,
): ModuleInput<Readonly<Record<string, unknown>>> {
  const { rows, columns } = cores[0]!;
  const { options, weights, adapterOptions } = schedule?.at(plan.index) ?? { ...setup, adapterOptions: undefined };
  const follows = followsRotations({ strategy, space }, options);
  const made = new Map<number, readonly Tensor2D[]>();
  const vectorsOf = (place: number): readonly Tensor2D[] => {
    if (space !== 'CORE') throw new NotInCore('it looks at matrices that only CORE space keeps small');
    const known = made.get(place) ?? [tf.tensor2d(shown[place]!, [rows, columns])];
    made.set(place, known);
    return known;
  };
  return {
    module: plan.module,
    index: plan.index,
    count: plan.count,
    space,
    // A rule that follows rotations finds adapters of smaller layers, in which everything else is the same.
    outFeatures: follows ? rows : plan.outFeatures,
    inFeatures: follows ? columns : plan.inFeatures,
    options,
    members: plan.holders.map(({ position }, place) => ({
      position,
      digest: digests[place]!,
      weight: weights[position]!,
      options: adapterOptions?.[position] ?? options,
      get factors(): ModuleFactors {
        if (follows) return turned[place]!;
        throw new NotInCore('it looks at single entries of the factors, which a prepared set does not keep');
      },
      get vectors() {
        return vectorsOf(place);
      },
    })),
    adapterCount: weights.length,
    weights,
  };
}
