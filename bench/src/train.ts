import { parseArgs } from 'node:util';
import { selectBackend } from '@crucible/engine/backend';
import { initializeVisionModel, RAW_PREPROCESSING, type TensorFlow, type VisionConfig } from '@crucible/engine/models';
import { createKeyedRandom } from '@crucible/engine/random';
import { trainAdapter, type TrainAdapterOptions, type TrainingMethod } from '@crucible/engine/training';
import { machine, median, runPython } from './measure.js';

/**
 * What a training step costs in each mode, as a multiple of a LoRA step: all modes in one process, round after round, so that what else the machine does
 * falls on all of them. Processor time of the process, median over rounds of the least step. Beside it the same modes in torch, linearized module by module by
 * jvp as the paper's authors do, where torch is installed.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    steps: { type: 'string', default: '6' },
    batch: { type: 'string', default: '64' },
    rank: { type: 'string', default: '16' },
    hidden: { type: 'string', default: '128' },
    layers: { type: 'string', default: '4' },
    targets: { type: 'string', default: 'v_proj,out_proj' },
    python: { type: 'boolean', default: true },
  },
  allowNegative: true,
});
const [rounds, steps, batchSize, rank, hidden, layers] = [
  values.rounds,
  values.steps,
  values.batch,
  values.rank,
  values.hidden,
  values.layers,
].map(Number) as [number, number, number, number, number, number];
const targetModules = values.targets.split(',');
const SIDE = 28;
const PATCH = 7;
const CLASSES = 30;
const METHODS: readonly TrainingMethod[] = ['LORA', 'L_LORA', 'NETWORK_LINEARIZED', 'FULL', 'FULL_LINEARIZED'];

const config: VisionConfig = {
  hiddenSize: hidden,
  intermediateSize: 4 * hidden,
  layers,
  heads: 4,
  imageSize: SIDE,
  patchSize: PATCH,
  channels: 1,
  projectionSize: hidden,
  activation: 'quick_gelu',
  layerNormEpsilon: 1e-5,
};

function optionsOf(tf: TensorFlow, method: TrainingMethod): TrainAdapterOptions {
  const random = createKeyedRandom(1);
  const count = Math.max(256, batchSize);
  const examples = {
    count,
    height: SIDE,
    width: SIDE,
    channels: 1,
    pixels: Uint8Array.from(random.integers(['pixels'], count * SIDE * SIDE, 256)),
    labels: Int32Array.from(random.integers(['labels'], count, CLASSES)),
  };
  return {
    tf,
    model: { config, parameters: initializeVisionModel(config, 2), preprocessing: RAW_PREPROCESSING },
    task: { readSplit: async () => examples },
    head: {
      weight: random.normal(['head'], CLASSES * hidden),
      classes: CLASSES,
      projection: hidden,
      logitScale: 15,
    },
    method,
    rank,
    alpha: 2 * rank,
    targetModules: method.startsWith('FULL') ? ['all'] : targetModules,
    frame: { seed: 3 },
    learningRate: 1e-4,
    steps,
    batchSize,
    warmup: 0,
    weightDecay: 0,
    seed: 4,
  };
}

/** Processor milliseconds of the cheapest of the steps after the first: whatever disturbs a step makes it dearer. */
async function stepTime(options: TrainAdapterOptions): Promise<number> {
  const times: number[] = [];
  let before = process.cpuUsage();
  await trainAdapter({
    ...options,
    onProgress() {
      const { user, system } = process.cpuUsage(before);
      times.push((user + system) / 1000);
      before = process.cpuUsage();
    },
  });
  return Math.min(...times.slice(1));
}

const backend = await selectBackend();
const all = new Map(METHODS.map((method) => [method, optionsOf(backend.tf, method)]));
const times = new Map<TrainingMethod, number[]>(METHODS.map((method) => [method, []]));
for (let round = 0; round < rounds; round += 1) {
  for (const [method, options] of all) times.get(method)!.push(await stepTime(options));
}
const lora = times.get('LORA')!;
console.log(`${machine()}, backend ${backend.tf.getBackend()}`);
console.log(
  `vision tower of ${layers} layers of ${hidden}, ${(SIDE / PATCH) ** 2 + 1} tokens, batch ${batchSize}, rank ${rank} on ${targetModules.join(' and ')}; ` +
    `${rounds} rounds of ${steps} steps\n`,
);
console.log('| mode | ms a step (CPU) | × a LoRA step | lowest – highest of the rounds |');
console.log('| --- | ---: | ---: | ---: |');
for (const [method, own] of times) {
  const ratios = own.map((time, round) => time / lora[round]!);
  const range = `${Math.min(...ratios).toFixed(2)} – ${Math.max(...ratios).toFixed(2)}`;
  console.log(`| ${method} | ${median(own).toFixed(1)} | ${median(ratios).toFixed(2)} | ${range} |`);
}
backend.dispose();

interface PythonResult {
  readonly label: string;
  /** Seconds a step, by mode and round. */
  readonly seconds: Readonly<Record<string, readonly number[]>>;
}
const request = {
  rounds,
  steps,
  batchSize,
  rank,
  hidden,
  layers,
  targets: targetModules,
  side: SIDE,
  patch: PATCH,
  classes: CLASSES,
};
const python = values.python ? await runPython<PythonResult>('train.py', request) : undefined;
if (python !== undefined) {
  console.log(`\n${python.label}\n\n| mode | ms a step (CPU) | × its LoRA step |\n| --- | ---: | ---: |`);
  const own = python.seconds['LoRA']!;
  for (const [mode, each] of Object.entries(python.seconds)) {
    const ratio = median(each.map((time, round) => time / own[round]!));
    console.log(`| ${mode} | ${(1000 * median(each)).toFixed(1)} | ${ratio.toFixed(2)} |`);
  }
}
