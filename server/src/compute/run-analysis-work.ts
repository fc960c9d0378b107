import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { openAdapter, openFrame } from '@crucible/engine/adapters';
import {
  cosineMatrix,
  createTangentPlane,
  createWeightsPlane,
  disentanglementMap,
  imageSubject,
  lossLandscape,
  spaceOf,
  tangentDistance,
  type ModelPlane,
  type Subject,
} from '@crucible/engine/analyses';
import { compareAdapters } from '@crucible/engine/diagnostics';
import { imageEncoder, ModelWeights, openImageModel, type ImageEncoder } from '@crucible/engine/models';
import { selectExamples } from '@crucible/engine/statistics';
import type { Split } from '@crucible/engine/tasks';
import { AnalysisClock } from './analysis-clock.js';
import type {
  AnalysisData,
  AnalysisDataOf,
  AnalysisRequest,
  AnalysisResult,
  AnalysisWork,
  PlaneForm,
} from './analysis-protocol.js';
import type { ComputeContext } from './compute-context.js';
import { readAdapter } from './read-adapter.js';
import { readTask } from './read-task.js';
import { runCurveWork } from './run-curve-work.js';

/** Computes one analysis; goes on from the checkpoint of an earlier attempt, to the same data. */
export async function runAnalysisWork(work: AnalysisWork, context: ComputeContext): Promise<AnalysisResult> {
  await mkdir(work.checkpointFolder, { recursive: true });
  const clock = new AnalysisClock(work.checkpointFolder);
  const data = await compute(work, context, clock);
  const bytes = Buffer.from(JSON.stringify(data));
  await writeFile(work.outputPath, bytes);
  await rm(work.checkpointFolder, { recursive: true, force: true });
  return {
    kind: 'ANALYSIS',
    path: work.outputPath,
    digest: createHash('sha256').update(bytes).digest('hex'),
    byteLength: bytes.byteLength,
    imagesPerSecond: data.kind === 'COSINE' ? null : data.images / clock.seconds(),
  };
}

function compute(work: AnalysisWork, context: ComputeContext, clock: AnalysisClock): Promise<AnalysisData> {
  const { request } = work;
  if (request.analysis === 'OPTION_CURVE') return runCurveWork(work, request, context, clock);
  if (request.analysis === 'DISENTANGLEMENT') return mapDisentanglement(work, request, context, clock);
  if (request.analysis === 'LOSS_LANDSCAPE') return mapLandscape(work, request, context, clock);
  if (request.analysis === 'TANGENT_DISTANCE') return measureTangents(work, request, context);
  return compareCosines(work, context);
}

type RequestOf<Kind extends AnalysisRequest['analysis']> = Extract<AnalysisRequest, { readonly analysis: Kind }>;

async function mapDisentanglement(
  work: AnalysisWork,
  request: RequestOf<'DISENTANGLEMENT'>,
  context: ComputeContext,
  clock: AnalysisClock,
): Promise<AnalysisDataOf<'DISENTANGLEMENT'>> {
  return onPlane(work, request, context, async ({ plane, form, subjects }) => {
    const [first, second] = subjects as [Subject, Subject];
    const map = await disentanglementMap({
      plane,
      subjects: [first, second],
      axis: request.axis,
      signal: context.signal,
      onProgress: (done, total) => context.onProgress({ phase: 'MAP', done, total }),
      state: await clock.load(),
      onState: (state) => clock.save(state),
    });
    const images = map.passes * (map.examples[0] + map.examples[1]);
    return { kind: 'DISENTANGLEMENT', form, ...map, images };
  });
}

async function mapLandscape(
  work: AnalysisWork,
  request: RequestOf<'LOSS_LANDSCAPE'>,
  context: ComputeContext,
  clock: AnalysisClock,
): Promise<AnalysisDataOf<'LOSS_LANDSCAPE'>> {
  return onPlane(work, request, context, async ({ plane, form, subjects }) => {
    const landscape = await lossLandscape({
      plane,
      subjects,
      x: request.x,
      y: request.y,
      signal: context.signal,
      onProgress: (done, total) => context.onProgress({ phase: 'MAP', done, total }),
      state: await clock.load(),
      onState: (state) => clock.save(state),
    });
    const images = landscape.passes * subjects.reduce((sum, { count }) => sum + count, 0);
    return { kind: 'LOSS_LANDSCAPE', form, ...landscape, images };
  });
}

interface OpenPlane {
  readonly plane: ModelPlane;
  readonly form: PlaneForm;
  readonly subjects: readonly Subject[];
}

async function onPlane<Data>(
  work: AnalysisWork,
  request: { readonly space: PlaneForm | 'CORE' | null; readonly split: Split; readonly examples: number },
  { backend, signal }: ComputeContext,
  run: (open: OpenPlane) => Promise<Data>,
): Promise<Data> {
  const { tf } = backend;
  const encoder = imageEncoder(await openImageModel(work.base!.folder, { signal }));
  const adapters = await Promise.all(work.members.map(({ path }) => readAdapter(path)));
  const vectors = adapters.map(({ updates }) => encoder.resolve(updates));
  const base = new ModelWeights(tf, encoder.parameters);
  try {
    const tangent = adapters.every(({ form }) => form === 'TANGENT');
    const space = request.space === 'FACTOR' ? 'FACTOR' : spaceOf(vectors);
    const frame = space === 'FACTOR' && work.frame !== null ? encoder.resolve(await readFrame(work.frame)) : undefined;
    const plane = tangent
      ? createTangentPlane({ tf, base, vectors })
      : createWeightsPlane({ tf, base, vectors, space, ...(frame && { frame }) });
    try {
      const subjects = await Promise.all(work.tasks.map((_, task) => subjectOf(work, task, request, encoder, tf)));
      return await run({ plane, form: tangent ? 'TANGENT' : space, subjects });
    } finally {
      plane.dispose();
    }
  } finally {
    base.dispose();
  }
}

async function subjectOf(
  { tasks, seed }: AnalysisWork,
  task: number,
  { split, examples: most }: { readonly split: Split; readonly examples: number },
  encoder: ImageEncoder,
  tf: ComputeContext['backend']['tf'],
): Promise<Subject> {
  const { examples, head } = await readTask(tasks[task]!, split);
  const chosen = examples.count === 0 ? examples : selectExamples(examples, most, seed);
  return imageSubject({ tf, encoder, name: tasks[task]!.name, examples: chosen, head });
}

async function readFrame(path: string): Promise<ReadonlyMap<string, Float32Array>> {
  const frame = await openFrame(path);
  try {
    const factors = new Map<string, Float32Array>();
    for (const name of frame.modules.keys()) factors.set(name, await frame.readA(name));
    return factors;
  } finally {
    await frame.close();
  }
}

async function measureTangents(
  work: AnalysisWork,
  request: RequestOf<'TANGENT_DISTANCE'>,
  { backend, signal, onProgress }: ComputeContext,
): Promise<AnalysisDataOf<'TANGENT_DISTANCE'>> {
  const { tf } = backend;
  const encoder = imageEncoder(await openImageModel(work.base!.folder, { signal }));
  const base = new ModelWeights(tf, encoder.parameters);
  try {
    const found = await tangentDistance({
      tf,
      base,
      updates: encoder.resolve((await readAdapter(work.members[0]!.path)).updates),
      frame: work.frame === null ? undefined : encoder.resolve(await readFrame(work.frame)),
      subject: await subjectOf(work, 0, request, encoder, tf),
      signal,
      onProgress: (done, total) => onProgress({ phase: 'MEASURE', done, total }),
    });
    // The adapted model, the linearized one, and the tangent with its derivative.
    return { kind: 'TANGENT_DISTANCE', ...found, images: 4 * found.examples };
  } finally {
    base.dispose();
  }
}

async function compareCosines(
  { members }: AnalysisWork,
  { signal, onProgress }: ComputeContext,
): Promise<AnalysisDataOf<'COSINE'>> {
  const opened = await Promise.all(members.map(({ path }) => openAdapter(path)));
  try {
    const adapters = opened.map((adapter, position) => ({
      name: members[position]!.name,
      modules: adapter.modules,
      readFactors: (module: string) => adapter.readFactors(module),
    }));
    const compared = await compareAdapters(adapters, {
      signal,
      onProgress: ({ done, total }) => onProgress({ phase: 'COMPARE', done, total }),
    });
    return { kind: 'COSINE', ...cosineMatrix(compared) };
  } finally {
    for (const adapter of opened) await adapter.close();
  }
}
