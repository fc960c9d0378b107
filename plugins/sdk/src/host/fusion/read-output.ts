import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { ModuleFactors, ModuleOutput } from '../../contract/strategy.js';
import { pluginErrors } from '../../errors.js';
import { fusionLimits } from '../fusion-limits.js';
import { zeroFactors } from './combine-factors.js';
import type { FusedFactors, ModuleTask } from './module-task.js';
import { isFinite32 } from './read-module.js';

/** Says of a strategy's result what the contract asks for instead. */
export type Invalid = (problem: string) => Error;

export function invalidOutputOf(strategy: string, { module }: Pick<ModuleTask, 'module'>): Invalid {
  return (problem) => pluginErrors.invalidOutput({ strategy, module, problem });
}

export function unsupportedOutput(invalid: Invalid, output: ModuleOutput | undefined, expected: string): Error {
  return invalid(`expected ${expected}, got kind ${output?.kind ?? 'none'}`);
}

/** One finite coefficient per member. */
export function readCoefficients(
  invalid: Invalid,
  { members }: ModuleTask,
  coefficients: readonly number[],
): readonly number[] {
  if (!Array.isArray(coefficients) || coefficients.length !== members.length) {
    throw invalid(`expected ${members.length} coefficients, one per member, got ${coefficients?.length ?? 'none'}`);
  }
  const bad = coefficients.findIndex((coefficient) => !Number.isFinite(coefficient));
  if (bad >= 0) throw invalid(`coefficient ${bad} is ${coefficients[bad]}, expected a finite number`);
  return coefficients;
}

/** One list of matrices per member; what each holds is checked when it is read. */
export function readOutputs(
  invalid: Invalid,
  { members }: ModuleTask,
  outputs: readonly (readonly Tensor2D[])[],
): readonly (readonly Tensor2D[])[] {
  if (!Array.isArray(outputs) || outputs.length !== members.length) {
    throw invalid(`expected ${members.length} outputs, one per member, got ${outputs?.length ?? 'none'}`);
  }
  return outputs;
}

/** Matrices like each member's: of their number and shapes, float32, finite. */
export async function readMatrices(
  invalid: Invalid,
  vectors: readonly Tensor2D[],
  shapes: readonly (readonly [number, number])[],
): Promise<readonly Float32Array[]> {
  if (!Array.isArray(vectors)) throw invalid('expected a list of vectors');
  if (vectors.length !== shapes.length) {
    throw invalid(`expected ${shapes.length} vectors, like each member has, got ${vectors.length}`);
  }
  return Promise.all(
    vectors.map(async (tensor, i) => {
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

/** ΔW = scale·B·A as the strategy made it, in memory of the host's own; rank 0 is the zero matrix. */
export function readFactors(invalid: Invalid, task: ModuleTask, factors: ModuleFactors | undefined): FusedFactors {
  if (typeof factors !== 'object' || factors === null) throw invalid('expected { rank, scale, a, b } as factors');
  const { rank, scale, a, b } = factors;
  if (!Number.isInteger(rank) || rank < 0 || rank > fusionLimits.outputRank) {
    throw invalid(`the factors' rank is ${rank}, expected a whole number from 0 to ${fusionLimits.outputRank}`);
  }
  if (!Number.isFinite(scale)) throw invalid(`the factors' scale is ${scale}, expected a finite number`);
  checkFactor(invalid, 'A', a, [rank, task.inFeatures]);
  checkFactor(invalid, 'B', b, [task.outFeatures, rank]);
  return rank === 0 ? zeroFactors(task) : { a: a.slice(), b: b.slice(), rank, scale };
}

function checkFactor(
  invalid: Invalid,
  name: 'A' | 'B',
  values: unknown,
  [rows, columns]: readonly [number, number],
): asserts values is Float32Array {
  if (!(values instanceof Float32Array)) throw invalid(`factor ${name} is no Float32Array`);
  if (values.length !== rows * columns) {
    throw invalid(`factor ${name} has ${values.length} elements, expected [${rows}, ${columns}]`);
  }
  if (!isFinite32(values)) throw invalid(`factor ${name} holds NaN or infinity`);
}
