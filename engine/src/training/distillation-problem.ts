import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { createEvaluator, foldUpdates, ModelWeights, type LowRankUpdates, type TensorFlow } from '../models/index.js';
import { viewBytes } from '../tensors/index.js';
import { checkNumber } from './check-options.js';
import { crossEntropy } from './cross-entropy.js';
import { trainingErrors } from './errors.js';
import type { LearningProblem, ProblemSplit } from './learning-problem.js';

/** A task that a fused model shall do, and the specialist that does it. */
export interface DistilledTask {
  /** Its examples are used without their labels. */
  readonly problem: LearningProblem;
  /** The specialist's updates, in the form of changed weights. */
  readonly teacher: LowRankUpdates;
}

export interface DistillationOptions {
  readonly tf: TensorFlow;
  /** All of one base model. */
  readonly tasks: readonly DistilledTask[];
  /** Divides logits: above 1 the student also learns what the teacher thinks of the other classes. 2 unless given. */
  readonly temperature?: number;
  readonly batchSize?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface DistillationBatch {
  readonly task: number;
  readonly inner: unknown;
  readonly examples: number;
  /** Logits of the teacher, `[rows, classes]`. */
  readonly teacher: Float32Array;
}

const BATCH_SIZE = 64;

/**
 * Learning from specialists (Hinton et al. 2015): one student, on the unlabelled examples of every task, by T² · KL(teacher ‖ student) at temperature T.
 * With a fused adapter as the start of the training it is a fusion's repair; with a tangent frame's it stays in the frame.
 *
 * Laws: the loss is 0 exactly where the student's logits are the teacher's; labels have no part in it. Its batches are of one task each, task after task in
 * turn: with `accumulate` = number of tasks, a step is the mean over all of them.
 */
export function distillationProblem(options: DistillationOptions): LearningProblem<DistillationBatch> {
  const { tf, tasks, temperature = 2 } = options;
  const [first] = tasks;
  if (first === undefined)
    throw trainingErrors.optionInvalid({ option: 'tasks', got: 'none', expected: 'at least one' });
  checkNumber('temperature', temperature, (x) => x > 0, 'a number above 0');
  const problemOf = (batch: DistillationBatch): LearningProblem => tasks[batch.task]!.problem;
  return {
    parameters: first.problem.parameters,
    linearLayers: first.problem.linearLayers,
    ...(first.problem.transposedLayers !== undefined && { transposedLayers: first.problem.transposedLayers }),
    identity: { problem: 'distillation', temperature, tasks: tasks.map(({ problem }) => problem.identity) },
    readSplit: (split) => readTaught(options, split),
    forward: (tf, calculus, batch) => problemOf(batch).forward(tf, calculus, batch.inner),
    loss(tf, output, batch) {
      const { logits, back } = problemOf(batch).logits(tf, output, batch.inner);
      const teacher = tf.tensor(batch.teacher.slice(), logits.shape, 'float32');
      const targets = tf.softmax(tf.div(teacher, temperature));
      const { loss, gradient } = crossEntropy(tf, tf.div(logits, temperature), targets);
      // Cross-entropy less the teacher's own entropy is the divergence; what is subtracted does not depend on the student.
      const own = crossEntropy(tf, tf.div(teacher, temperature), targets).loss;
      return {
        loss: tf.mul(tf.sub(loss, own), temperature ** 2),
        gradient: back(tf.mul(gradient, temperature)),
      };
    },
    logits: (tf, output, batch) => problemOf(batch).logits(tf, output, batch.inner),
    scoreSum: () => scoreAgreement(tf, problemOf, temperature),
  };
}

/** Mean divergence, and the share of rows in which student and teacher choose the same class. */
function scoreAgreement(
  tf: TensorFlow,
  problemOf: (batch: DistillationBatch) => LearningProblem,
  temperature: number,
): ReturnType<LearningProblem<DistillationBatch>['scoreSum']> {
  let [loss, agreed, count] = [0, 0, 0];
  return {
    add(output, batch) {
      const rows = rowsOf(batch, problemOf(batch), tf, output);
      loss += rows.reduce((sum, [student, teacher]) => sum + divergence(teacher, student, temperature), 0);
      agreed += rows.filter(([student, teacher]) => argmax(student) === argmax(teacher)).length;
      count += rows.length;
    },
    finish: () => ({ loss: loss / count, accuracy: agreed / count }),
  };
}

function rowsOf(
  { inner, examples, teacher }: DistillationBatch,
  problem: LearningProblem,
  tf: TensorFlow,
  output: Float32Array,
): readonly (readonly [student: Float32Array, teacher: Float32Array])[] {
  const logits = tf.tidy(() => {
    const values = tf.tensor2d(output.slice(), [examples, output.length / examples], 'float32');
    return problem.logits(tf, values, inner).logits;
  });
  const student = logits.dataSync<'float32'>();
  const width = logits.shape[1]!;
  logits.dispose();
  const row = (values: Float32Array, i: number): Float32Array => values.subarray(i * width, (i + 1) * width);
  return Array.from({ length: examples }, (_, i) => [row(student, i), row(teacher, i)]);
}

/** T² · KL(p ‖ q) of two rows of logits at temperature T, in float64. */
function divergence(teacher: Float32Array, student: Float32Array, temperature: number): number {
  const [p, q] = [logSoftmax(teacher, temperature), logSoftmax(student, temperature)];
  return temperature ** 2 * p.reduce((sum, value, i) => sum + Math.exp(value) * (value - q[i]!), 0);
}

function logSoftmax(logits: Float32Array, temperature: number): Float64Array {
  const scaled = Float64Array.from(logits, (x) => x / temperature);
  const most = scaled.reduce((x, y) => Math.max(x, y), -Infinity);
  const total = Math.log(scaled.reduce((sum, x) => sum + Math.exp(x - most), 0));
  return scaled.map((x) => x - most - total);
}

const argmax = (row: Float32Array): number => row.reduce((best, x, i) => (x > row[best]! ? i : best), 0);

/** Splits of all tasks, one after the other, with what each teacher says of its own examples. */
async function readTaught(
  options: DistillationOptions,
  split: 'train' | 'validation',
): Promise<ProblemSplit<DistillationBatch>> {
  const parts: { readonly inner: ProblemSplit<unknown>; readonly begin: number; readonly teacher: Taught }[] = [];
  const hash = createHash('sha256');
  let begin = 0;
  for (const task of options.tasks) {
    const inner = await task.problem.readSplit(split);
    const teacher = await askTeacher(options, task, inner);
    for (const logits of teacher.logits) hash.update(viewBytes(logits));
    hash.update(inner.digest);
    parts.push({ inner, begin, teacher });
    begin += inner.count;
  }
  return {
    count: begin,
    parts: parts.map(({ inner }) => inner.count),
    digest: hash.digest('hex'),
    batch(indices) {
      const task = parts.findLastIndex((part) => part.begin <= indices[0]!);
      const part = parts[task]!;
      const own = indices.map((index) => index - part.begin);
      return { task, examples: own.length, inner: part.inner.batch(own), teacher: part.teacher.rows(own) };
    },
  };
}

interface Taught {
  /** By example. */
  readonly logits: readonly Float32Array[];
  rows(indices: Uint32Array): Float32Array;
}

async function askTeacher(
  { tf, batchSize = BATCH_SIZE, signal }: DistillationOptions,
  { problem, teacher }: DistilledTask,
  split: ProblemSplit<unknown>,
): Promise<Taught> {
  const weights = new ModelWeights(tf, problem.parameters);
  const folded = foldUpdates(tf, weights, teacher);
  const calculus = createEvaluator(tf, folded);
  const logits: Float32Array[] = [];
  try {
    for (let begin = 0; begin < split.count; begin += batchSize) {
      await setImmediate();
      signal?.throwIfAborted();
      const size = Math.min(batchSize, split.count - begin);
      const batch = split.batch(Uint32Array.from({ length: size }, (_, i) => begin + i));
      const made = tf.tidy(() => problem.logits(tf, problem.forward(tf, calculus, batch), batch).logits);
      const [values, rows] = [await made.data<'float32'>(), made.shape[0]];
      made.dispose();
      if (rows !== size) {
        const expected = 'tasks with one prediction for each example';
        throw trainingErrors.optionInvalid({ option: 'tasks', got: `${rows} for ${size} examples`, expected });
      }
      const width = values.length / size;
      for (let i = 0; i < size; i += 1) logits.push(values.slice(i * width, (i + 1) * width));
    }
  } finally {
    folded.dispose();
    weights.dispose();
  }
  return {
    logits,
    rows(indices) {
      const width = logits[0]!.length;
      const out = new Float32Array(indices.length * width);
      indices.forEach((index, row) => out.set(logits[index]!, row * width));
      return out;
    },
  };
}
