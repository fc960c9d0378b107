import '@tensorflow/tfjs-backend-cpu';
import { createKeyedRandom } from '@crucible/engine/random';
import { matrixFrom, multiply, scaleMatrix } from '@crucible/engine/algebra';
import * as tf from '@tensorflow/tfjs-core';
import type { FusionContext, KeyedRandom } from '../contract/context.js';
import type { ModuleInput, ModuleOutput, ModuleStrategy } from '../contract/strategy.js';
import { parseOptions } from '../options/parse-options.js';
import { moduleInputOf } from './module-input-of.js';

/** A dense matrix in float32, row-major. */
export interface TestMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
}

export interface FuseMatrices {
  readonly strategy: ModuleStrategy;
  readonly options?: Readonly<Record<string, unknown>>;
  /** Task vectors of each module, one per adapter. */
  readonly modules: ReadonlyMap<string, readonly TestMatrix[]>;
  /** θ0 of each module. */
  readonly base?: ReadonlyMap<string, TestMatrix>;
  readonly weights?: readonly number[];
  readonly seed?: number;
  /** Instead of the seed's: how a test gives masks. */
  readonly random?: KeyedRandom;
}

/**
 * Fuses dense task vectors in DELTA space, each tensor as one module, surveyed and fused as the host does it, for tests of a rule's arithmetic against
 * published results. Gives what the rule makes of each module, row-major: one array, or one per adapter. Refuses to leave a tensor behind.
 */
export async function fuseMatrices(given: FuseMatrices): Promise<ReadonlyMap<string, readonly Float32Array[]>> {
  const { strategy, modules, base, weights, seed = 1 } = given;
  await tf.setBackend('cpu');
  const before = tf.memory().numTensors;
  const options = parseOptions(strategy, given.options ?? {});
  const context: FusionContext = {
    tf,
    signal: new AbortController().signal,
    seed,
    random: given.random ?? createKeyedRandom(seed),
    log: () => undefined,
  };
  const inputs = [...modules].map(([module, matrices], index) => {
    const origin = base?.get(module);
    return moduleInputOf({
      module,
      index,
      count: modules.size,
      options,
      ...(origin && { base: tensorOf(origin) }),
      members: matrices.map((matrix, i) => ({ weight: weights?.[i] ?? 1, vectors: [tensorOf(matrix)] })),
    });
  });
  const state = await surveyed(strategy, inputs, options, context);
  const fused = new Map<string, readonly Float32Array[]>();
  for (const input of inputs)
    fused.set(input.module, await valuesOf(await strategy.fuseModule(input, state, context), input));
  for (const { base: origin, members } of inputs)
    tf.dispose([origin ?? [], ...members.flatMap(({ vectors }) => vectors)]);
  const left = tf.memory().numTensors - before;
  if (left !== 0) throw new Error(`"${strategy.id}" left ${left} tensors behind`);
  return fused;
}

const tensorOf = ({ rows, columns, data }: TestMatrix): tf.Tensor2D => tf.tensor2d(data, [rows, columns]);

type Input = ModuleInput<Readonly<Record<string, unknown>>>;

/** All rounds of the survey, through structured clones as between processes. */
async function surveyed(
  { survey }: ModuleStrategy,
  inputs: readonly Input[],
  options: Readonly<Record<string, unknown>>,
  context: FusionContext,
): Promise<unknown> {
  if (survey === undefined) return undefined;
  let state: unknown = survey.start(options, inputs[0]?.adapterCount ?? 0);
  const rounds = typeof survey.rounds === 'function' ? survey.rounds(options) : survey.rounds;
  for (let round = 0; round < rounds; round += 1) {
    const observations: unknown[] = [];
    for (const input of inputs) observations.push(structuredClone(await survey.observe(input, state, round, context)));
    state = structuredClone(survey.combine(observations, state, round, options));
  }
  return state;
}

async function valuesOf(output: ModuleOutput, input: Input): Promise<readonly Float32Array[]> {
  if (output.kind === 'combination') {
    const values = input.members.map(({ vectors }) => vectors[0]!.dataSync<'float32'>());
    const sum = new Float64Array(values[0]!.length);
    values.forEach((own, i) => own.forEach((value, at) => (sum[at]! += output.coefficients[i]! * value)));
    return [Float32Array.from(sum)];
  }
  if (output.kind === 'factors') {
    const { rank, scale, a, b } = output.factors;
    const left = scaleMatrix(matrixFrom(input.outFeatures, rank, b), scale);
    return [Float32Array.from(multiply(left, matrixFrom(rank, input.inFeatures, a)).data)];
  }
  const results = output.kind === 'vectors' ? [output.vectors] : output.outputs;
  const values = results.map(([vector]) => vector!.dataSync<'float32'>().slice());
  results.flat().forEach((vector) => vector.dispose());
  return values;
}
