import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import {
  createEvaluator,
  foldUpdates,
  ModelWeights,
  type Calculus,
  type LowRankUpdates,
  type TensorFlow,
  type WeightSource,
} from '../models/index.js';
import { checkNumber, checkWhole } from './check-options.js';
import type { LearningProblem, ProblemSplit } from './learning-problem.js';
import { trainingLimits } from './limits.js';

export interface ProbeLinearizationOptions<Batch> {
  readonly tf: TensorFlow;
  readonly problem: LearningProblem<Batch>;
  /** A LoRA that was trained for a while: at (A0, 0) every module is its own tangent, and there is nothing to measure. */
  readonly updates: LowRankUpdates;
  /** A0 by module. */
  readonly frame: ReadonlyMap<string, Float32Array>;
  /** How many batches of `train` are looked at, from its first examples on, at most, and their size. */
  readonly batches: number;
  readonly batchSize: number;
  /** Nats that linearizing may cost the loss on these batches, all chosen modules together. */
  readonly budget: number;
  readonly signal?: AbortSignal | undefined;
}

export interface ModuleProbe {
  readonly module: string;
  /** ‖s B (A − A0) x‖ / ‖s B A x‖ over the inputs x that the module saw: how far its output is from its tangent’s. 0 where A did not move. */
  readonly distance: number;
  /** Loss with this module alone replaced by its tangent, less the loss as it is; in nats, below 0 where the tangent does better. */
  readonly cost: number;
}

export interface LinearizationChoice {
  /** Sorted by name. */
  readonly probes: readonly ModuleProbe[];
  /** Modules that are cheap enough to linearize, sorted by name. */
  readonly linearizedModules: readonly string[];
  /** What they cost together; at most the budget. */
  readonly cost: number;
}

/**
 * Dynamic linearization: measures what each module would lose by being linearized, and chooses which are.
 *
 * Law: on the batches that were looked at, the loss with all chosen modules replaced by their tangents is at most `budget` above the loss without. Costs do
 * not add up exactly, so the set itself is measured: modules are taken from the cheapest on while the set stays within the budget.
 */
export async function probeLinearization<Batch>(
  options: ProbeLinearizationOptions<Batch>,
): Promise<LinearizationChoice> {
  const { tf, problem, updates, frame, budget } = options;
  const split = await problem.readSplit('train');
  checkWhole('batchSize', options.batchSize, 1, split.count);
  checkWhole('probeBatches', options.batches, 1, trainingLimits.batchSize);
  checkNumber('linearizationBudget', budget, (x) => x >= 0, 'a number from 0');
  const weights = new ModelWeights(tf, problem.parameters);
  const names = [...updates.keys()].sort();
  const lossWith = (linearized: ReadonlySet<string>): Promise<number> =>
    meanLoss(options, split, weights, tangents(updates, frame, linearized));
  try {
    const whole = await lossWith(new Set());
    const distances = await measureDistances(options, split, weights);
    const probes: ModuleProbe[] = [];
    for (const module of names) {
      const cost = (await lossWith(new Set([module]))) - whole;
      probes.push({ module, distance: distances.get(module)!, cost });
    }
    let [chosen, paid] = [new Set<string>(), 0];
    for (const { module } of probes.toSorted((x, y) => x.cost - y.cost)) {
      const tried = new Set([...chosen, module]);
      const cost = (await lossWith(tried)) - whole;
      if (cost > budget) break;
      [chosen, paid] = [tried, cost];
    }
    return { probes, linearizedModules: [...chosen].sort(), cost: paid };
  } finally {
    weights.dispose();
  }
}

/** The updates with A back at A0 in the modules that are linearized. */
function tangents(
  updates: LowRankUpdates,
  frame: ReadonlyMap<string, Float32Array>,
  linearized: ReadonlySet<string>,
): LowRankUpdates {
  return new Map(
    [...updates].map(([name, update]) => [name, linearized.has(name) ? { ...update, a: frame.get(name)! } : update]),
  );
}

function batchesOf<Batch>(
  { batches, batchSize }: Pick<ProbeLinearizationOptions<Batch>, 'batches' | 'batchSize'>,
  split: ProblemSplit<Batch>,
): readonly Batch[] {
  const count = Math.min(batches, Math.floor(split.count / batchSize));
  const rows = (batch: number): Uint32Array => Uint32Array.from({ length: batchSize }, (_, i) => batch * batchSize + i);
  return Array.from({ length: count }, (_, batch) => split.batch(rows(batch)));
}

async function meanLoss<Batch>(
  options: ProbeLinearizationOptions<Batch>,
  split: ProblemSplit<Batch>,
  weights: WeightSource,
  updates: LowRankUpdates,
): Promise<number> {
  const { tf, problem, signal } = options;
  const folded = foldUpdates(tf, weights, updates);
  const calculus = createEvaluator(tf, folded);
  const batches = batchesOf(options, split);
  let sum = 0;
  try {
    for (const batch of batches) {
      signal?.throwIfAborted();
      const loss = tf.tidy(() => problem.loss(tf, problem.forward(tf, calculus, batch), batch).loss);
      sum += (await loss.data<'float32'>())[0]!;
      loss.dispose();
    }
  } finally {
    folded.dispose();
  }
  return sum / batches.length;
}

async function measureDistances<Batch>(
  options: ProbeLinearizationOptions<Batch>,
  split: ProblemSplit<Batch>,
  weights: WeightSource,
): Promise<ReadonlyMap<string, number>> {
  const { tf, problem, updates, frame } = options;
  const sums = new Map([...updates.keys()].map((name) => [name, { moved: 0, whole: 0 }]));
  const folded = foldUpdates(tf, weights, updates);
  const evaluator = createEvaluator(tf, folded);
  const squares = (x: Tensor): Tensor => tf.sum(tf.square(x));
  /** What the batch under way adds, still on the device, which may be read between forward passes only. */
  const added: { readonly sum: { moved: number; whole: number }; readonly parts: Tensor }[] = [];
  const watching: Calculus<Tensor> = {
    ...evaluator,
    linear(name, x) {
      const update = updates.get(name);
      const sum = sums.get(name);
      if (update !== undefined && sum !== undefined) {
        const parts = tf.tidy(() => {
          const { a, b, rank } = update;
          const shape: [number, number] = [rank, a.length / rank];
          const bTransposed = tf.transpose(tf.tensor2d(b.slice(), [b.length / rank, rank], 'float32')) as Tensor2D;
          const through = (factor: Float32Array): Tensor =>
            tf.matMul(tf.matMul(x as Tensor2D, tf.transpose(tf.tensor2d(factor, shape, 'float32'))), bTransposed);
          const start = frame.get(name)!;
          return tf.stack([squares(through(a.map((value, i) => value - start[i]!))), squares(through(a.slice()))]);
        });
        added.push({ sum, parts: tf.keep(parts) });
      }
      return evaluator.linear(name, x);
    },
  };
  try {
    for (const batch of batchesOf(options, split)) {
      options.signal?.throwIfAborted();
      tf.tidy(() => void problem.forward(tf, watching, batch));
      for (const { sum, parts } of added.splice(0)) {
        const [moved, whole] = await parts.data<'float32'>();
        parts.dispose();
        sum.moved += moved!;
        sum.whole += whole!;
      }
    }
  } finally {
    folded.dispose();
  }
  return new Map([...sums].map(([name, { moved, whole }]) => [name, whole === 0 ? 0 : Math.sqrt(moved / whole)]));
}
