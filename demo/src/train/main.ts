// Makes heads, frames and adapters: `npm run make:adapters`. An adapter that is there and was made by this recipe from these files is kept.
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  digestModel,
  openAdapter,
  writeAdapter,
  writeFrame,
  type AdapterManifest,
  type AdapterModuleToWrite,
} from '@crucible/engine/adapters';
import { selectBackend } from '@crucible/engine/backend';
import { createScorer } from '@crucible/engine/evaluation';
import { loadVisionModel, matchTargets, visionLinearLayers } from '@crucible/engine/models';
import { openTaskHead, writeTaskHead, type TaskFile } from '@crucible/engine/tasks';
import { openSafetensors } from '@crucible/engine/tensors';
import { drawFrame, trainAdapter, type TrainedMethod } from '@crucible/engine/training';
import { TASKS } from '../data/task-list.js';
import { SIDE } from '../images/augment.js';
import { cacheDirectory, workspaceDirectory } from '../paths.js';
import { adapterPath, framePath, headPath } from '../workspace/layout.js';
import { openDemoTask } from '../workspace/open-demo-task.js';
import { makeHead } from './make-head.js';
import { METHODS, RECIPE, RUNS, type Run } from './recipe.js';

// Seeds and methods may be named, to share the work out over processes: `node dist/train/main.js 42 L_LORA`.
const wanted = process.argv.slice(2);
const runs = RUNS.filter(
  ({ seed }) => wanted.includes(String(seed)) || !RUNS.some((run) => wanted.includes(String(run.seed))),
);
const methods = METHODS.filter((method) => wanted.includes(method) || !METHODS.some((other) => wanted.includes(other)));

const baseFolder = join(workspaceDirectory, 'base');
const baseDigest = await digestModel(baseFolder);
const model = await loadVisionModel(baseFolder);
const layers = visionLinearLayers(model.config);
const targets = new Map(matchTargets(layers.keys(), RECIPE.targetModules).map((name) => [name, layers.get(name)!]));
const scale = RECIPE.alpha / RECIPE.rank;
const backend = await selectBackend();
console.log(`backend ${backend.name}, base ${baseDigest.slice(0, 12)}`);

async function makeTaskHead(task: string, classes: number): Promise<void> {
  const clean = await openSafetensors(join(cacheDirectory, 'clean', `${task}.safetensors`));
  const pixels = await clean.readFloat32('images');
  const labels = await clean.readInt32('labels');
  await clean.close();
  const scorer = createScorer({ tf: backend.tf, model });
  const embeddings = await scorer.embed({ count: labels.length, height: SIDE, width: SIDE, channels: 1, pixels });
  scorer.dispose();
  const head = makeHead(task, baseDigest, embeddings, labels, classes, model.config.projectionSize);
  const { digest } = await writeTaskHead(headPath(workspaceDirectory, task), head);
  console.log(`head of ${task}: scale ${head.logitScale}, sha256 ${digest.slice(0, 12)}`);
}

async function makeFrame({ seed }: Run): Promise<string> {
  const path = framePath(seed);
  await mkdir(dirname(path), { recursive: true });
  const factors = drawFrame(seed, targets, RECIPE.rank);
  const { digest } = await writeFrame(
    path,
    { baseDigest, rank: RECIPE.rank, scale, targetModules: RECIPE.targetModules },
    [...targets].map(([name, { inFeatures }]) => ({
      info: { name, inFeatures, rank: RECIPE.rank, scale },
      a: () => factors.get(name)!,
    })),
  );
  return digest;
}

async function makeAdapter(task: TaskFile, method: TrainedMethod, run: Run, frameDigest: string): Promise<void> {
  const { name } = task.manifest;
  const path = adapterPath(method, name, run.seed);
  await mkdir(dirname(path), { recursive: true });
  const head = await openTaskHead(headPath(workspaceDirectory, name));
  const { steps, warmup, batchSize, weightDecay } = RECIPE;
  const learningRate = RECIPE.learningRate[method];
  const provenance = {
    trainedOn: task.digest,
    head: head.digest,
    frameSeed: run.seed,
    orderSeed: run.order,
    learningRate,
    steps,
    warmup,
    batchSize,
    weightDecay,
  };
  if (await isCurrent(path, { baseDigest, frameDigest, provenance })) return;
  const started = performance.now();
  const { updates, history } = await trainAdapter({
    tf: backend.tf,
    model,
    task,
    head,
    method,
    rank: RECIPE.rank,
    alpha: RECIPE.alpha,
    targetModules: RECIPE.targetModules,
    frame: { seed: run.seed },
    learningRate,
    steps,
    warmup,
    batchSize,
    weightDecay,
    seed: run.order,
  });
  const manifest: AdapterManifest = {
    version: 1,
    name: `${name} ${method === 'LORA' ? 'LoRA' : 'L-LoRA'}`,
    method,
    rank: RECIPE.rank,
    alpha: RECIPE.alpha,
    scale,
    targetModules: RECIPE.targetModules,
    baseDigest,
    frameDigest,
    provenance,
  };
  const modules = [...updates].map(([module, { a, b, rank, scale }]): AdapterModuleToWrite => {
    const { inFeatures, outFeatures } = layers.get(module)!;
    return { info: { name: module, inFeatures, outFeatures, rank, scale }, factors: () => ({ a, b }) };
  });
  await writeAdapter(path, manifest, modules);
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `${new Date().toISOString().slice(11, 19)} ${name} ${method} seed ${run.seed}: loss ${history.losses[0]!.toFixed(3)} to ${history.losses.at(-1)!.toFixed(3)}, ${seconds.toFixed(1)} s`,
  );
}

async function isCurrent(
  path: string,
  expected: Pick<AdapterManifest, 'baseDigest' | 'frameDigest' | 'provenance'>,
): Promise<boolean> {
  const file = await openAdapter(path).catch(() => undefined);
  if (file === undefined) return false;
  await file.close();
  const { baseDigest, frameDigest, provenance = {} } = file.manifest;
  const sorted = (entries: object) => JSON.stringify(Object.entries(entries).sort());
  return (
    baseDigest === expected.baseDigest &&
    frameDigest === expected.frameDigest &&
    sorted(provenance) === sorted(expected.provenance ?? {})
  );
}

const tasks = new Map<string, TaskFile>();
for (const { name } of TASKS) {
  const task = await openDemoTask(workspaceDirectory, name, join(cacheDirectory, 'unpacked'));
  tasks.set(name, task);
  await makeTaskHead(name, task.manifest.classes.length);
}
for (const run of runs) {
  const frameDigest = await makeFrame(run);
  for (const task of tasks.values()) {
    for (const method of methods) await makeAdapter(task, method, run, frameDigest);
  }
}
for (const task of tasks.values()) await task.close();
backend.dispose();
