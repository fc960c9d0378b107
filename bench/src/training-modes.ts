import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { selectBackend } from '@crucible/engine/backend';
import { createScorer, type ScoredModel } from '@crucible/engine/evaluation';
import { loadVisionModel, type LowRankUpdates } from '@crucible/engine/models';
import {
  openTask,
  openTaskHead,
  unpackTask,
  type Examples,
  type Split,
  type TaskHeadFile,
} from '@crucible/engine/tasks';
import {
  chooseLinearization,
  distillationProblem,
  imageProblem,
  modeOf,
  trainAdapter,
  trainOnProblem,
  type FactorMode,
  type TrainAdapterOptions,
  type TrainingMethod,
} from '@crucible/engine/training';
import { machine } from './measure.js';

/**
 * What each way of training brings on tasks of the demo: specialists, and their sum with the factor chosen on validation, scored on test. One recipe for all but the
 * rate; one seed, so that differences of a point or two mean nothing.
 */
const { values } = parseArgs({
  options: {
    tasks: { type: 'string', default: 'latin,hiragana,hangul' },
    steps: { type: 'string', default: '80' },
    batch: { type: 'string', default: '32' },
    ways: { type: 'string' },
  },
});
const [steps, batchSize] = [Number(values.steps), Number(values.batch)];
const workspace = fileURLToPath(new URL('../../demo/workspace/', import.meta.url));
const cache = fileURLToPath(new URL('../.cache/', import.meta.url));
const FACTORS = [0.2, 0.3, 0.5, 0.7, 1];

interface DemoTask {
  readonly name: string;
  readonly head: TaskHeadFile;
  readonly splits: Readonly<Record<Split, Examples>>;
}

interface Way {
  readonly name: string;
  readonly method: TrainingMethod;
  readonly learningRate: number;
  readonly change?: Partial<TrainAdapterOptions>;
}

const WAYS: readonly Way[] = [
  { name: 'LoRA', method: 'LORA', learningRate: 1e-3 },
  { name: 'L-LoRA', method: 'L_LORA', learningRate: 3e-3 },
  { name: 'network-wide linearized', method: 'NETWORK_LINEARIZED', learningRate: 3e-3 },
  {
    name: 'LoRA, layers 0 and 1 linearized',
    method: 'LORA',
    learningRate: 1e-3,
    change: { linearizedModules: ['layers.0.*', 'layers.1.*'] },
  },
  { name: 'LoRA, linearized by the probe (0.02 nats)', method: 'LORA', learningRate: 1e-3 },
  { name: 'LoRA, dropout 0.1', method: 'LORA', learningRate: 1e-3, change: { dropout: 0.1 } },
  { name: 'L-LoRA, ‖ΔB‖² with 0.003', method: 'L_LORA', learningRate: 3e-3, change: { regularizers: { norm: 0.003 } } },
  { name: 'L-LoRA, orthogonal to those before', method: 'L_LORA', learningRate: 3e-3 },
];

const backend = await selectBackend();
const { tf } = backend;
const model = await loadVisionModel(`${workspace}base`);
const scorer = createScorer({ tf, model });
await mkdir(cache, { recursive: true });
const tasks: DemoTask[] = [];
for (const name of values.tasks.split(',')) {
  const unpacked = join(cache, `task-${name}.safetensors`);
  await unpackTask(`${workspace}tasks/${name}/data.safetensors.br`, unpacked);
  const file = await openTask(unpacked);
  const head = await openTaskHead(`${workspace}tasks/${name}/head.safetensors`);
  const [train, validation, test] = [
    await file.readSplit('train'),
    await file.readSplit('validation'),
    await file.readSplit('test'),
  ];
  await file.close();
  tasks.push({ name, head, splits: { train, validation, test } });
}

const optionsOf = ({ head, splits }: DemoTask, { method, learningRate, change }: Way): TrainAdapterOptions => ({
  tf,
  model,
  task: { readSplit: async (split) => splits[split] },
  head,
  method,
  rank: 16,
  alpha: 32,
  targetModules: ['v_proj', 'out_proj'],
  frame: { seed: 42 },
  learningRate,
  steps,
  batchSize,
  warmup: Math.round(steps / 10),
  weightDecay: 0,
  seed: 1,
  ...change,
});

/** Σ factor · ΔW as updates: ranks side by side, exact. */
function sum(members: readonly LowRankUpdates[], factor: number): LowRankUpdates {
  const total = new Map<string, { a: Float32Array; b: Float32Array; rank: number; scale: number }>();
  for (const name of members[0]!.keys()) {
    const parts = members.map((member) => member.get(name)!);
    const rank = parts.reduce((r, part) => r + part.rank, 0);
    const rows = parts[0]!.b.length / parts[0]!.rank;
    const a = Float32Array.from(parts.flatMap((part) => Array.from(part.a)));
    const b = new Float32Array(rows * rank);
    let column = 0;
    for (const part of parts) {
      for (let row = 0; row < rows; row += 1) {
        for (let k = 0; k < part.rank; k += 1)
          b[row * rank + column + k] = factor * part.scale * part.b[row * part.rank + k]!;
      }
      column += part.rank;
    }
    total.set(name, { a, b, rank, scale: 1 });
  }
  return total;
}

async function accuracies(scored: ScoredModel, split: Split): Promise<readonly number[]> {
  const found: number[] = [];
  for (const { head, splits } of tasks)
    found.push((await scored.evaluate({ examples: splits[split], head, split })).accuracy);
  return found;
}

async function scoreOf(updates: LowRankUpdates, tangent: boolean, split: Split): Promise<readonly number[]> {
  const scored = tangent ? scorer.withTangent(updates) : scorer.withUpdates(updates);
  const found = await accuracies(scored, split);
  scored.dispose();
  return found;
}

const mean = (xs: readonly number[]): number => xs.reduce((total, x) => total + x, 0) / xs.length;
const percent = (x: number): string => (100 * x).toFixed(1);

console.log(`${machine()}, backend ${tf.getBackend()}`);
console.log(`${values.tasks}; ${steps} steps of ${batchSize}, rank 16 on v_proj and out_proj, frame 42, order 1\n`);
console.log(`base: ${percent(mean(await accuracies(scorer, 'test')))}\n`);
console.log('| way | specialists | sum, best factor on validation | sum, factor 1 | linearized modules |');
console.log('| --- | ---: | ---: | ---: | ---: |');
const trained = new Map<string, readonly LowRankUpdates[]>();
for (const way of WAYS) {
  // `=name` is that way alone, `part` all whose names hold it.
  const isNamed = (part: string): boolean =>
    part.startsWith('=') ? way.name === part.slice(1) : way.name.includes(part);
  if (values.ways !== undefined && !values.ways.split(',').some(isNamed)) continue;
  const members: LowRankUpdates[] = [];
  const own: number[] = [];
  const counts: number[] = [];
  const tangent = way.method === 'NETWORK_LINEARIZED';
  for (const [index, task] of tasks.entries()) {
    let options = optionsOf(task, way);
    if (way.name.includes('probe')) {
      const mode = modeOf(options) as FactorMode;
      const problem = imageProblem(options);
      const settings = { probeSteps: 20, probeBatches: 4, linearizationBudget: 0.02 };
      const { linearizedModules } = await chooseLinearization({ ...options, problem, mode, ...settings });
      options = { ...options, linearizedModules };
    }
    if (way.name.includes('orthogonal')) {
      options = { ...options, regularizers: { orthogonality: { weight: 1, to: [...members] } } };
    }
    const { updates, linearizedModules } = await trainAdapter(options);
    members.push(updates);
    counts.push(linearizedModules.length);
    own.push((await scoreOf(updates, tangent, 'test'))[index]!);
  }
  trained.set(way.name, members);
  let best = { factor: 0, accuracy: -1 };
  for (const factor of FACTORS) {
    const accuracy = mean(await scoreOf(sum(members, factor), tangent, 'validation'));
    if (accuracy > best.accuracy) best = { factor, accuracy };
  }
  const fused = mean(await scoreOf(sum(members, best.factor), tangent, 'test'));
  const whole = mean(await scoreOf(sum(members, 1), tangent, 'test'));
  const cells = [way.name, percent(mean(own)), `${percent(fused)} (${best.factor})`, percent(whole), counts.join(', ')];
  console.log(`| ${cells.join(' | ')} |`);
}

/** The sum of L-LoRA's adapters, in its frame, learns from them on their training images without labels. */
const specialists = trained.get('L-LoRA');
if (specialists !== undefined) {
  const start = new Map(
    [...specialists[0]!].map(([name, update]) => [
      name,
      {
        ...update,
        b: update.b.map((_, i) => 0.5 * specialists.reduce((total, member) => total + member.get(name)!.b[i]!, 0)),
      },
    ]),
  );
  const first = optionsOf(tasks[0]!, WAYS[1]!);
  const problem = distillationProblem({
    tf,
    tasks: tasks.map((task, i) => ({ problem: imageProblem(optionsOf(task, WAYS[1]!)), teacher: specialists[i]! })),
  });
  const { updates } = await trainOnProblem({
    ...first,
    problem,
    mode: modeOf({ ...first, start }),
    accumulate: tasks.length,
    batchSize: Math.round(batchSize / 2),
    learningRate: 1e-3,
  });
  console.log(`| L-LoRA's sum (0.5) | | ${percent(mean(await scoreOf(start, false, 'test')))} | | |`);
  console.log(
    `| … taught by its specialists, ${steps} steps | | ${percent(mean(await scoreOf(updates, false, 'test')))} | | |`,
  );
}
scorer.dispose();
backend.dispose();
