// ξ(λ1, λ2) of two demo tasks (LoRA in factors and exact, L-LoRA in its frame, and the tangent), and how far the adapters are from their tangents.
// `node bench/dist/disentanglement.js --examples 100`; with `--planes none` the distances alone.
import { mkdir, readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openAdapter, openFrame } from '@crucible/engine/adapters';
import {
  axisValues,
  createTangentPlane,
  createWeightsPlane,
  disentanglementMap,
  imageSubject,
  tangentDistance,
  type ModelPlane,
  type Subject,
} from '@crucible/engine/analyses';
import { selectBackend } from '@crucible/engine/backend';
import { createScorer } from '@crucible/engine/evaluation';
import { imageEncoder, ModelWeights, openImageModel, type LowRankUpdate } from '@crucible/engine/models';
import { selectExamples } from '@crucible/engine/statistics';
import { openTask, openTaskHead, unpackTask } from '@crucible/engine/tasks';
import { machine } from './measure.js';

const { values } = parseArgs({
  options: {
    tasks: { type: 'string', default: 'mnist,fashion' },
    examples: { type: 'string', default: '256' },
    steps: { type: 'string', default: '21' },
    split: { type: 'string', default: 'test' },
    /** Part of the names of the planes to map; all unless told. */
    planes: { type: 'string', default: '' },
  },
});
const root = fileURLToPath(new URL('../..', import.meta.url));
const workspace = join(root, 'demo/workspace');
const cache = join(root, 'bench/.cache/experiment');

interface Entry {
  readonly file: string;
}
interface Workspace {
  readonly tasks: readonly (Entry & { readonly name: string; readonly unpackedSha256: string })[];
  readonly heads: readonly (Entry & { readonly task: string })[];
  readonly adapters: readonly (Entry & { readonly task: string; readonly method: string })[];
  readonly frames: readonly Entry[];
}
const listing = JSON.parse(await readFile(join(workspace, 'workspace.json'), 'utf8')) as Workspace;
const names = values.tasks.split(',');
const axis = { from: -2, to: 2, steps: Number(values.steps) };
const { tf, name: backend } = await selectBackend();
const model = await openImageModel(join(workspace, 'base'));
const encoder = imageEncoder(model);
const base = new ModelWeights(tf, encoder.parameters);

async function subjectOf(name: string): Promise<Subject> {
  const { file, unpackedSha256 } = listing.tasks.find((task) => task.name === name)!;
  await mkdir(cache, { recursive: true });
  const path = join(cache, `${unpackedSha256}.safetensors`);
  if (!existsSync(path)) await unpackTask(join(workspace, file), path);
  const task = await openTask(path);
  const all = await task.readSplit(values.split === 'validation' ? 'validation' : 'test');
  await task.close();
  const head = await openTaskHead(join(workspace, listing.heads.find((each) => each.task === name)!.file));
  return imageSubject({ tf, encoder, name, examples: selectExamples(all, Number(values.examples), 0), head });
}

async function vectorOf(task: string, method: string): Promise<ReadonlyMap<string, LowRankUpdate>> {
  const { file } = listing.adapters.find((each) => each.task === task && each.method === method)!;
  const adapter = await openAdapter(join(workspace, file));
  const updates = new Map<string, LowRankUpdate>();
  for (const [module, { rank, scale }] of adapter.modules) {
    updates.set(module, { ...(await adapter.readFactors(module)), rank, scale });
  }
  await adapter.close();
  return updates;
}

async function frameOf(): Promise<ReadonlyMap<string, Float32Array>> {
  const frame = await openFrame(join(workspace, listing.frames[0]!.file));
  const factors = new Map<string, Float32Array>();
  for (const module of frame.modules.keys()) factors.set(module, await frame.readA(module));
  await frame.close();
  return factors;
}

const subjects = await Promise.all(names.map(subjectOf));
const [first, second] = subjects as [Subject, Subject];
const vectorsOf = (method: string) => Promise.all(names.map((name) => vectorOf(name, method)));
const [lora, linear] = [await vectorsOf('LORA'), await vectorsOf('L_LORA')];
const frame = await frameOf();
const planes: readonly (readonly [string, () => ModelPlane])[] = [
  ['LoRA, factors', () => createWeightsPlane({ tf, base, vectors: lora, space: 'FACTOR', frame })],
  ['LoRA, exact', () => createWeightsPlane({ tf, base, vectors: lora, space: 'DELTA' })],
  ['L-LoRA, frame', () => createWeightsPlane({ tf, base, vectors: linear, space: 'FRAME' })],
  ['L-LoRA, tangent', () => createTangentPlane({ tf, base, vectors: linear })],
];

console.log(`${machine()}, ${backend}; ${names.join(' and ')}, ${first.count} examples each of ${values.split}`);
console.log('plane            ξ in [0,1]²   ξ at (1,1)   max   passes   seconds   CPU s   images/s');
for (const [name, open] of planes.filter(([each]) => each.includes(values.planes))) {
  const plane = open();
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  const map = await disentanglementMap({ plane, subjects: [first, second], axis });
  const seconds = (performance.now() - started) / 1000;
  plane.dispose();
  const one = map.axis.indexOf(1);
  const images = (map.passes * (first.count + second.count)) / seconds;
  console.log(
    [
      name.padEnd(16),
      (map.meanInUnitSquare ?? Number.NaN).toFixed(3).padStart(10),
      (map.error[one]?.[one] ?? Number.NaN).toFixed(3).padStart(12),
      Math.max(...map.error.flat())
        .toFixed(2)
        .padStart(7),
      String(map.passes).padStart(7),
      seconds.toFixed(1).padStart(9),
      cpuSeconds(cpu).toFixed(1).padStart(7),
      images.toFixed(0).padStart(9),
      ` ${map.shared.linearity} ${map.shared.linearModules.length} of ${lora[0]!.size}`,
    ].join(' '),
  );
}

console.log(
  'distance from the tangent, at the output   network   layer by layer   same predictions: network, layer by layer',
);
for (const [method, vectors] of [
  ['LoRA', lora],
  ['L-LoRA', linear],
] as const) {
  for (const [index, subject] of subjects.entries()) {
    const { output, modules } = await tangentDistance({ tf, base, updates: vectors[index]!, frame, subject });
    const own = modules.map((module) => module.own ?? 0);
    const { network, moduleWise } = output.models;
    console.log(
      [
        `${method} ${subject.name}`.padEnd(42),
        (output.network ?? Number.NaN).toFixed(3),
        (output.moduleWise ?? Number.NaN).toFixed(3).padStart(14),
        `${network.agreement.toFixed(2)}, ${moduleWise.agreement.toFixed(2)}`.padStart(30),
        `   own layers ${Math.min(...own).toFixed(3)} to ${Math.max(...own).toFixed(3)}`,
      ].join(' '),
    );
  }
}

// What the same evaluations cost one by one, with nothing shared: a tenth of a grid.
const scorer = createScorer({ tf, model });
const points = axisValues(axis).slice(0, Math.max(1, Math.floor(axis.steps / 10)));
const [started, cpu] = [performance.now(), process.cpuUsage()];
for (const point of points) {
  const scored = scorer.withUpdates(
    new Map([...lora[0]!].map(([key, update]) => [key, { ...update, scale: update.scale * point }])),
  );
  const { head, examples } = await plainTask(names[0]!);
  await scored.evaluate({ examples, head, split: 'test' });
  scored.dispose();
}
const seconds = (performance.now() - started) / 1000;
console.log(
  `one by one: ${((points.length * first.count) / seconds).toFixed(0)} images/s, ${((points.length * first.count) / cpuSeconds(cpu)).toFixed(0)} a CPU second`,
);

async function plainTask(name: string) {
  const { unpackedSha256 } = listing.tasks.find((task) => task.name === name)!;
  const task = await openTask(join(cache, `${unpackedSha256}.safetensors`));
  const all = await task.readSplit('test');
  await task.close();
  const head = await openTaskHead(join(workspace, listing.heads.find((each) => each.task === name)!.file));
  return { head, examples: selectExamples(all, Number(values.examples), 0) };
}

function cpuSeconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
}
