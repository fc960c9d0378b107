import { selectBackend } from '@crucible/engine/backend';
import { createScorer } from '@crucible/engine/evaluation';
import { CompiledTower } from '@crucible/engine/forward';
import { KEEP_ALL, mergeDisjoint } from '@crucible/engine/kernels';
import { initializeVisionModel, RAW_PREPROCESSING, type TensorFlow } from '@crucible/engine/models';
import { createKeyedRandom } from '@crucible/engine/random';
import { trainAdapter, type TrainAdapterOptions } from '@crucible/engine/training';
import { TARGETS, towerOf, TRAINED, type BackendLoads, type BackendRow, type Spent } from './backend-loads.js';

/** One backend of `bench:backends`, in a process of its own. `compiled` is the tower of WebAssembly that scoring takes where the backend is WASM. */
const { backend: name, loads } = JSON.parse(process.argv[2]!) as { backend: string; loads: BackendLoads };
const random = createKeyedRandom(1);

const clock = (): Spent => {
  const { user, system } = process.cpuUsage();
  return { wall: performance.now() / 1000, cpu: (user + system) / 1e6 };
};

/** The least of the rounds after one to warm up, by the clock and of the processor. */
async function least(work: () => Promise<unknown>): Promise<Spent> {
  let best: Spent = { wall: Infinity, cpu: Infinity };
  for (let round = 0; round <= loads.rounds; round += 1) {
    const before = clock();
    await work();
    const after = clock();
    if (round === 0) continue;
    best = { wall: Math.min(best.wall, after.wall - before.wall), cpu: Math.min(best.cpu, after.cpu - before.cpu) };
  }
  return best;
}

async function fuse(tf: TensorFlow): Promise<Spent> {
  const { fusionSide: side, fusionMembers: count } = loads;
  const tensors = Array.from({ length: count }, (_, m) =>
    tf.tensor2d(random.normal(['θ', m], side * side), [side, side]),
  );
  const members = tensors.map(() => ({ weight: 1, cut: KEEP_ALL }));
  const rule = { vote: 'MASS', weightedVote: true, zeroSign: 1, merge: 'MEAN', divisor: 'COUNT', lambda: 1 } as const;
  const spent = await least(async () => {
    const merged = await mergeDisjoint(tf, tensors, members, rule);
    await tf.tidy(() => tf.sum(merged)).data();
    merged.dispose();
  });
  tf.dispose(tensors);
  return spent;
}

const model = () => {
  const config = towerOf(loads);
  return { config, parameters: initializeVisionModel(config, 2), preprocessing: RAW_PREPROCESSING };
};
const images = () => {
  const { images: count, side } = loads;
  return { count, height: side, width: side, channels: 3, pixels: pixelsOf(count * side * side * 3) };
};
const pixelsOf = (count: number): Uint8Array => Uint8Array.from(random.integers(['pixels'], count, 256));

async function evaluate(tf: TensorFlow): Promise<Spent> {
  const [scorer, batch] = [createScorer({ tf, model: model() }), images()];
  const spent = await least(() => scorer.embed(batch));
  scorer.dispose();
  return spent;
}

async function evaluateCompiled(): Promise<Spent> {
  const [tower, batch] = [new CompiledTower(model()), images()];
  tower.use(undefined);
  return least(async () => tower.embed(await tower.prepare(batch)));
}

async function trainStep(tf: TensorFlow, method: 'LORA' | 'L_LORA'): Promise<Spent> {
  const { hidden, layers, side, patch, classes, rank, batchSize } = TRAINED;
  const config = {
    ...towerOf(loads),
    hiddenSize: hidden,
    intermediateSize: 4 * hidden,
    layers,
    heads: 4,
    imageSize: side,
    patchSize: patch,
    channels: 1,
    projectionSize: hidden,
  };
  const labels = Int32Array.from(random.integers(['labels'], 256, classes));
  const examples = { count: 256, height: side, width: side, channels: 1, pixels: pixelsOf(256 * side * side), labels };
  const times: Spent[] = [];
  let before = clock();
  const options: TrainAdapterOptions = {
    tf,
    model: { config, parameters: initializeVisionModel(config, 2), preprocessing: RAW_PREPROCESSING },
    task: { readSplit: async () => examples },
    head: { weight: random.normal(['head'], classes * hidden), classes, projection: hidden, logitScale: 15 },
    method,
    rank,
    alpha: 2 * rank,
    targetModules: [...TARGETS],
    frame: { seed: 3 },
    batchSize,
    learningRate: 1e-4,
    steps: loads.trainingSteps,
    warmup: 0,
    weightDecay: 0,
    seed: 4,
    onProgress() {
      const now = clock();
      times.push({ wall: now.wall - before.wall, cpu: now.cpu - before.cpu });
      before = now;
    },
  };
  await trainAdapter(options);
  const steps = times.slice(1);
  return { wall: Math.min(...steps.map(({ wall }) => wall)), cpu: Math.min(...steps.map(({ cpu }) => cpu)) };
}

async function measure(): Promise<BackendRow> {
  if (name === 'compiled')
    return { why: 'WebAssembly compiled for one model', spent: { evaluation: await evaluateCompiled() } };
  try {
    const { tf, reason, dispose } = await selectBackend({ backend: name });
    const fusion = await fuse(tf);
    const evaluation = await evaluate(tf);
    const [lora, linearized] = [await trainStep(tf, 'LORA'), await trainStep(tf, 'L_LORA')];
    dispose();
    return { why: reason.replace('asked for by the caller: ', ''), spent: { fusion, evaluation, lora, linearized } };
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error) };
  }
}

const row = JSON.stringify(await measure());
process.stdout.write(row, () => process.exit(0));
