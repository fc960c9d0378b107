import { setImmediate } from 'node:timers/promises';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../models/index.js';
import type { LearningProblem, ProblemSplit, ValidationScore } from './learning-problem.js';

export interface ScoreSplitOptions<Batch> {
  readonly tf: TensorFlow;
  readonly problem: LearningProblem<Batch>;
  readonly split: ProblemSplit<Batch>;
  /** The function that is scored; called inside `tf.tidy`. */
  readonly forward: (batch: Batch) => Tensor;
  readonly batchSize?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** As many examples at once as `embedImages` takes: large enough for full products, small enough that activations stay near the processor. */
const BATCH_SIZE = 64;

/** Mean loss and metric of a function over a split. */
export async function scoreSplit<Batch>(options: ScoreSplitOptions<Batch>): Promise<ValidationScore> {
  const { tf, problem, split, forward, batchSize = BATCH_SIZE, signal } = options;
  const sum = problem.scoreSum(split);
  for (const { begin, size } of stretches(split, batchSize)) {
    await setImmediate();
    signal?.throwIfAborted();
    const batch = split.batch(Uint32Array.from({ length: size }, (_, i) => begin + i));
    const output = tf.tidy(() => forward(batch));
    sum.add(await output.data<'float32'>(), batch);
    output.dispose();
  }
  return sum.finish();
}

/** All examples in order, at most `batchSize` at once, none across the border of two parts. */
function* stretches<Batch>({ count, parts = [count] }: ProblemSplit<Batch>, batchSize: number) {
  let first = 0;
  for (const part of parts) {
    for (let begin = 0; begin < part; begin += batchSize) {
      yield { begin: first + begin, size: Math.min(batchSize, part - begin) };
    }
    first += part;
  }
}
