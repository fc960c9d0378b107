import { coreBasis, type CoreBasis } from '@crucible/engine/algebra';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { FusionContext, TensorFlow } from '../../contract/context.js';
import type { FusionSpace } from '../../contract/fusion-space.js';
import type { ModuleInput, ModuleOutput, ModuleStrategy } from '../../contract/strategy.js';
import { pluginErrors } from '../../errors.js';
import { combineFactors } from './combine-factors.js';
import { createCoreCache, type CoreMatrix } from './core-cache.js';
import { compressFactors } from './compress-factors.js';
import { lowRankOf } from './low-rank-of.js';
import { measureFidelity, type ModuleFidelity } from './module-fidelity.js';
import type { FusedFactors, ModuleTask } from './module-task.js';
import { prepareVectors, type LazyVectors } from './prepare-vectors.js';
import { isFinite32 } from './read-module.js';
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
  readonly fidelity: ModuleFidelity;
}

/** Fuses one module after the other in this thread. The result of a module depends on that module, the setup and the state alone. */
export interface ModuleFuser {
  observe(task: ModuleTask, state: unknown, round: number): Promise<unknown>;
  fuse(task: ModuleTask, state: unknown): Promise<FusedModule>;
  /** With coefficients by the adapters' positions, without a strategy. */
  combine(task: ModuleTask, coefficients: readonly number[]): Promise<FusedModule>;
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
      const problem = error instanceof Error ? error.message : String(error);
      throw pluginErrors.strategyFailed({ strategy: strategyId, step, module, problem }, error);
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
      const result = await call(step, task.module, () => work(inputOf(setup, task, vectors)));
      const outputs = await use(result, vectors);
      vectors.dispose();
      for (const output of new Set(outputs)) if (!output.isDisposed) output.dispose();
      reportLeak(tf.memory().numTensors - before, task.module);
    });

  const finish = (task: ModuleTask, exact: FusedFactors, coefficients: readonly number[]): FusedModule => {
    const contributors = task.members.filter((_, i) => coefficients[i] !== 0).map(({ position }) => position);
    const result = compressFactors(task, exact, outputRank);
    const fidelity = measureFidelity(tf, task, space, result, coefficients);
    return { factors: result.factors, contributors, kind: 'combination', fidelity };
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
      let fused: FusedModule | undefined;
      await visit(
        'fuseModule',
        task,
        (input) => setup.strategy!.fuseModule(input, state, context),
        async (output, vectors) => {
          if (output?.kind === 'combination') {
            const coefficients = checkCoefficients(setup, task, output.coefficients);
            fused = finish(task, combineFactors(task, space, coefficients), coefficients);
            return [];
          }
          if (output?.kind !== 'vectors') throw unsupportedOutput(setup, task, output);
          const matrices = await readMatrices(setup, task, output, vectors);
          const result = await refactorVectors(task, matrices, { ...setup, signal: context.signal }, () =>
            basisOf(task),
          );
          const contributors = task.members.map(({ position }) => position);
          fused = {
            factors: result.factors,
            contributors,
            kind: 'vectors',
            fidelity: measureFidelity(tf, task, space, result),
          };
          return output.vectors;
        },
      );
      return fused!;
    },

    async combine(task, coefficients) {
      const own = task.members.map(({ position }) => coefficients[position]!);
      return finish(task, combineFactors(task, space, own), own);
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

function inputOf(
  { options, space, weights }: FuserSetup,
  { module, index, count, outFeatures, inFeatures, members }: ModuleTask,
  vectors: LazyVectors,
): ModuleInput<Readonly<Record<string, unknown>>> {
  return {
    module,
    index,
    count,
    space,
    outFeatures,
    inFeatures,
    options,
    members: members.map(({ position, digest, weight, rank, scale, a, b }, place) => ({
      position,
      digest,
      weight,
      options,
      factors: { rank, scale, a, b },
      get vectors() {
        return vectors.of(place);
      },
    })),
    adapterCount: weights.length,
    weights,
  };
}

function checkCoefficients(
  { strategyId }: FuserSetup,
  { module, members }: ModuleTask,
  coefficients: readonly number[],
): readonly number[] {
  const invalid = (problem: string): Error => pluginErrors.invalidOutput({ strategy: strategyId, module, problem });
  if (!Array.isArray(coefficients) || coefficients.length !== members.length) {
    throw invalid(`expected ${members.length} coefficients, one per member, got ${coefficients?.length ?? 'none'}`);
  }
  const bad = coefficients.findIndex((coefficient) => !Number.isFinite(coefficient));
  if (bad >= 0) throw invalid(`coefficient ${bad} is ${coefficients[bad]}, expected a finite number`);
  return coefficients;
}

function unsupportedOutput(
  { strategyId }: FuserSetup,
  { module }: ModuleTask,
  output: ModuleOutput | undefined,
): Error {
  const problem = `expected { kind: "combination", coefficients } or { kind: "vectors", vectors }, got kind ${output?.kind ?? 'none'}`;
  return pluginErrors.invalidOutput({ strategy: strategyId, module, problem });
}

async function readMatrices(
  { strategyId }: FuserSetup,
  { module }: ModuleTask,
  output: ModuleOutput,
  { shapes }: LazyVectors,
): Promise<readonly Float32Array[]> {
  const invalid = (problem: string): Error => pluginErrors.invalidOutput({ strategy: strategyId, module, problem });
  if (output.kind !== 'vectors' || !Array.isArray(output.vectors)) {
    throw invalid('expected { kind: "combination", coefficients } or { kind: "vectors", vectors }');
  }
  if (output.vectors.length !== shapes.length) {
    throw invalid(`expected ${shapes.length} vectors, like each member has, got ${output.vectors.length}`);
  }
  return Promise.all(
    output.vectors.map(async (tensor, i) => {
      const expected = `[${shapes[i]!.join(', ')}]`;
      if (tensor?.isDisposed !== false) throw invalid(`vector ${i} is ${tensor ? 'disposed' : 'missing'}`);
      const got = `[${tensor.shape.join(', ')}]`;
      if (got !== expected) throw invalid(`vector ${i} has shape ${got}, expected ${expected}`);
      const values: unknown = await tensor.data();
      if (!(values instanceof Float32Array)) throw invalid(`vector ${i} is ${tensor.dtype}, expected float32`);
      if (!isFinite32(values)) throw invalid(`vector ${i} holds NaN or infinity`);
      return values;
    }),
  );
}
