import { coreBasis, type CoreBasis } from '@crucible/engine/algebra';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { FusionContext, TensorFlow } from '../../contract/context.js';
import type { FusionSpace } from '../../contract/fusion-space.js';
import type { ModuleInput, ModuleOutput, ModuleStrategy } from '../../contract/strategy.js';
import { strategyFailed } from '../../errors.js';
import { combineFactors, equalBits } from './combine-factors.js';
import { createCoreCache, type CoreMatrix } from './core-cache.js';
import { compressFactors } from './compress-factors.js';
import { lowRankOf } from './low-rank-of.js';
import { measureFidelity, type ModuleFidelity } from './module-fidelity.js';
import type { FusedFactors, ModuleTask } from './module-task.js';
import { prepareVectors, type LazyVectors } from './prepare-vectors.js';
import {
  invalidOutputOf,
  readCoefficients,
  readFactors,
  readMatrices,
  readOutputs,
  unsupportedOutput,
} from './read-output.js';
import { refactorVectors } from './refactor-vectors.js';
import { withTensorScope } from './with-tensor-scope.js';

/** What does not change from module to module. */
export interface FuserSetup {
  readonly strategyId: string;
  /** Absent for coefficients that a search has found. */
  readonly strategy?: ModuleStrategy;
  readonly options: Readonly<Record<string, unknown>>;
  readonly space: FusionSpace;
  readonly outputRank?: number | undefined;
  readonly weights: readonly number[];
  readonly tf: TensorFlow;
  readonly context: FusionContext;
}

export interface FusedModule {
  readonly factors: FusedFactors;
  /** Positions of adapters that took part; of a rule that merges matrices, all that have the module. */
  readonly contributors: readonly number[];
  readonly kind: ModuleOutput['kind'];
  /** Whether A is still the tangent frame's, at its rank and scale. */
  readonly framed: boolean;
  readonly fidelity: ModuleFidelity;
}

/** Fuses one module after the other in this thread. The result of a module depends on that module, the setup and the state alone. */
export interface ModuleFuser {
  observe(task: ModuleTask, state: unknown, round: number): Promise<unknown>;
  /** One result for all adapters; of a strategy with `outputs: 'PER_ADAPTER'` one for each member, in their order. */
  fuse(task: ModuleTask, state: unknown): Promise<readonly FusedModule[]>;
  /** With coefficients by the adapters' positions, without a strategy. */
  combine(task: ModuleTask, coefficients: readonly number[]): Promise<readonly FusedModule[]>;
}

export function createModuleFuser(setup: FuserSetup): ModuleFuser {
  const { strategyId, space, outputRank, tf, context } = setup;
  let warned = false;
  const cache = createCoreCache();
  const coresOf = (task: ModuleTask): readonly CoreMatrix[] => cache.take(task, () => basisOf(task));

  const call = async <T>(step: string, module: string, work: () => Promise<T> | T): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      context.signal.throwIfAborted();
      throw strategyFailed({ id: strategyId }, step, error, module);
    }
  };

  const reportLeak = (left: number, module: string): void => {
    if (left <= 0 || warned) return;
    warned = true;
    context.log(
      `warning: strategy "${strategyId}" left ${left} tensors undisposed in module "${module}"; wrap its work in tf.tidy`,
    );
  };

  const visit = async <T>(
    step: string,
    task: ModuleTask,
    work: (input: ModuleInput<Readonly<Record<string, unknown>>>) => Promise<T> | T,
    use: (result: T, vectors: LazyVectors) => Promise<readonly Tensor2D[]>,
  ): Promise<void> =>
    withTensorScope(tf, async () => {
      const before = tf.memory().numTensors;
      const vectors = prepareVectors(tf, task, space, () => coresOf(task));
      try {
        const result = await call(step, task.module, () => work(inputOf(setup, task, vectors)));
        const outputs = await use(result, vectors);
        vectors.dispose();
        for (const output of new Set(outputs)) if (!output.isDisposed) output.dispose();
        reportLeak(tf.memory().numTensors - before, task.module);
      } finally {
        vectors.dispose();
      }
    });

  const fusedOf = (
    task: ModuleTask,
    kind: FusedModule['kind'],
    factors: FusedFactors,
    fidelity: ModuleFidelity,
    contributors = task.members.map(({ position }) => position),
  ): FusedModule => ({
    factors,
    contributors,
    kind,
    framed: space === 'FRAME' && inFrame(task, factors),
    fidelity,
  });

  const finish = async (
    task: ModuleTask,
    exact: FusedFactors,
    coefficients: readonly number[],
  ): Promise<FusedModule> => {
    const contributors = task.members.filter((_, i) => coefficients[i] !== 0).map(({ position }) => position);
    const result = compressFactors(task, exact, outputRank);
    const fidelity = await measureFidelity(tf, task, space, result, coefficients);
    return fusedOf(task, 'combination', result.factors, fidelity, contributors);
  };

  const fromVectors = async (
    task: ModuleTask,
    merged: readonly Tensor2D[],
    { shapes }: LazyVectors,
  ): Promise<FusedModule> => {
    const matrices = await readMatrices(invalidOutputOf(strategyId, task), merged, shapes);
    const result = await refactorVectors(task, matrices, { ...setup, signal: context.signal }, () => basisOf(task));
    return fusedOf(task, 'vectors', result.factors, await measureFidelity(tf, task, space, result));
  };

  return {
    async observe(task, state, round) {
      let observation: unknown;
      const survey = setup.strategy?.survey;
      await visit(
        `survey round ${round + 1}`,
        task,
        (input) => survey?.observe(input, state, round, context),
        async (result) => {
          observation = result;
          return [];
        },
      );
      return observation;
    },

    async fuse(task, state) {
      const invalid = invalidOutputOf(strategyId, task);
      let fused: readonly FusedModule[] = [];
      await visit(
        'fuseModule',
        task,
        (input) => setup.strategy!.fuseModule(input, state, context),
        async (output, vectors) => {
          if (setup.strategy!.outputs === 'PER_ADAPTER') {
            if (output?.kind !== 'outputs') throw unsupportedOutput(invalid, output, 'outputs, one per member');
            const made = readOutputs(invalid, task, output.outputs);
            const results: FusedModule[] = [];
            for (const own of made) results.push(await fromVectors(task, own, vectors));
            fused = results;
            return made.flat();
          }
          switch (output?.kind) {
            case 'combination': {
              const coefficients = readCoefficients(invalid, task, output.coefficients);
              fused = [await finish(task, combineFactors(task, space, coefficients), coefficients)];
              return [];
            }
            case 'factors': {
              const result = compressFactors(task, readFactors(invalid, task, output.factors), outputRank);
              // The rule has said what ΔW is, so that nothing depends on the space that its inputs were shown in.
              const fidelity = await measureFidelity(tf, task, 'DELTA', result);
              fused = [fusedOf(task, 'factors', result.factors, fidelity)];
              return [];
            }
            case 'vectors':
              fused = [await fromVectors(task, output.vectors, vectors)];
              return output.vectors;
            default:
              throw unsupportedOutput(invalid, output, 'a combination, vectors or factors');
          }
        },
      );
      return fused;
    },

    async combine(task, coefficients) {
      const own = task.members.map(({ position }) => coefficients[position]!);
      return [await finish(task, combineFactors(task, space, own), own)];
    },
  };
}

/** One basis per task, however often it is asked for. */
const bases = new WeakMap<ModuleTask, CoreBasis>();
function basisOf(task: ModuleTask): CoreBasis {
  const basis = bases.get(task) ?? coreBasis(task.members.map((member) => lowRankOf(member, task)));
  bases.set(task, basis);
  return basis;
}

function inFrame({ members: [first] }: ModuleTask, { a, rank, scale }: FusedFactors): boolean {
  return rank === first!.rank && scale === first!.scale && equalBits(a, first!.a);
}

function inputOf(
  setup: FuserSetup,
  { module, index, count, outFeatures, inFeatures, members, ...scheduled }: ModuleTask,
  vectors: LazyVectors,
): ModuleInput<Readonly<Record<string, unknown>>> {
  const { options = setup.options, weights = setup.weights } = scheduled;
  return {
    module,
    index,
    count,
    space: setup.space,
    outFeatures,
    inFeatures,
    options,
    members: members.map(({ position, digest, weight, rank, scale, a, b, statistics, options: own }, place) => ({
      position,
      digest,
      weight,
      options: own ?? options,
      factors: { rank, scale, a, b },
      ...(statistics && { statistics }),
      get vectors() {
        return vectors.of(place);
      },
    })),
    adapterCount: weights.length,
    weights,
  };
}
