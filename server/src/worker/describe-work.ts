import { join } from 'node:path';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { BlobStore } from '../blobs/index.js';
import type { OutsideSettings } from '../compute/outside-evaluation-protocol.js';
import type { TaskFiles, Work } from '../compute/protocol.js';
import {
  Adapter,
  Analysis,
  type BaseModel,
  Evaluation,
  ExperimentPart,
  ExportRun,
  ExtractionRun,
  FusionMember,
  FusionRun,
  ImportRun,
  ModelFusionRun,
  StatisticsRun,
  type TangentFrame,
  type SplitName,
  type Task,
  TaskHead,
} from '../entities/index.js';
import type { Split } from '@crucible/engine/tasks';
import type { JobRow } from '../jobs/index.js';
import { describeExperiment } from './describe-experiment.js';
import { describeAnalysis } from './describe-analysis.js';
import { evaluatedTask } from './evaluated-task.js';
import { describeExport } from './describe-export.js';
import { describeExtraction } from './describe-extraction.js';
import { describeImport } from './describe-import.js';
import { describeStatistics } from './describe-statistics.js';
import { describeModelFusion } from './describe-model-fusion.js';
import { modelFolder } from './model-folder.js';
import { taskFiles } from './task-files.js';

/** What a compute process needs to be told about a job: rows turned into paths of files. */
export async function describeWork(em: EntityManager, blobs: BlobStore, home: string, job: JobRow): Promise<Work> {
  if (job instanceof FusionRun) return describeFusion(em, blobs, home, job);
  if (job instanceof Evaluation) return describeEvaluation(em, blobs, home, job);
  if (job instanceof ImportRun) return describeImport(em, blobs, home, job);
  if (job instanceof ExportRun) return describeExport(em, blobs, home, job);
  if (job instanceof StatisticsRun) return describeStatistics(em, blobs, home, job);
  if (job instanceof ModelFusionRun) return describeModelFusion(em, blobs, home, job);
  if (job instanceof Analysis) return describeAnalysis(em, blobs, home, job);
  if (job instanceof ExtractionRun) return describeExtraction(blobs, home, job);
  if (job instanceof ExperimentPart) return describeExperiment(em, blobs, home, job);
  const base = await job.base.loadOrFail();
  const frame = job.frame && (await job.frame.loadOrFail());
  return {
    kind: 'TRAINING',
    name: job.name,
    base: { folder: await modelFolder(blobs, home, base) },
    task: await evaluatedTask(em, blobs, base, await job.task.loadOrFail()),
    method: job.method,
    frame: frame && (await blobs.locate(frame.blob)),
    options: job.options,
    orthogonalTo: await adapterFiles(em, blobs, job.options.orthogonalTo ?? []),
    seed: job.seed,
    checkpointFolder: join(home, 'checkpoints', job.id),
    outputPath: await blobs.incoming(),
  };
}

/** In the order of the ids. */
async function adapterFiles(em: EntityManager, blobs: BlobStore, ids: readonly string[]): Promise<readonly string[]> {
  const found = await em.find(Adapter, { id: { $in: [...ids] } });
  const digests = new Map(found.map(({ id, digest }) => [id, digest]));
  return Promise.all(ids.map((id) => blobs.locate(digests.get(id) ?? id)));
}

async function describeFusion(em: EntityManager, blobs: BlobStore, home: string, run: FusionRun): Promise<Work> {
  const strategy = await run.strategy.loadOrFail();
  const members = await em.find(
    FusionMember,
    { run: run.id },
    { orderBy: { position: 'asc' }, populate: ['adapter', 'adapter.task', 'adapter.frame', 'adapter.base'] },
  );
  const adapters = members.map(({ adapter }) => adapter.getEntity());
  const base = adapters[0]!.base.getEntity();
  const frames = new Set(adapters.map(({ frame }) => frame?.id ?? null));
  const frame = frames.size === 1 && adapters[0]!.frame !== null ? adapters[0]!.frame.getEntity() : null;
  const tasks = new Map(adapters.flatMap(({ task }) => (task === null ? [] : [[task.id, task.getEntity()] as const])));
  return {
    kind: 'FUSION',
    strategy: strategy.key,
    options: run.options,
    members: await Promise.all(
      members.map(async ({ weight, statistics }, index) => ({
        path: await blobs.locate(adapters[index]!.digest),
        weight,
        ownFrameDigest: adapters[index]!.ownFrameDigest,
        statistics: statistics && (await blobs.locate(statistics)),
      })),
    ),
    space: run.space,
    outputRank: run.outputRank,
    seed: run.seed,
    // Part of the file's bytes: equal fingerprints must give equal bytes, whatever the run is called.
    name: `fusion-${run.fingerprint.slice(0, 16)}`,
    frame: frame && (await blobs.locate((frame satisfies TangentFrame).blob)),
    base: { folder: await modelFolder(blobs, home, base) },
    tasks: await searchedTasks(em, blobs, base, [...tasks.values()]),
    outputPath: await blobs.incoming(),
  };
}

/** Those that a search can look at. A strategy that needs one of the others was refused before it was queued; the rest look at none. */
async function searchedTasks(
  em: EntityManager,
  blobs: BlobStore,
  base: BaseModel,
  tasks: readonly Task[],
): Promise<readonly TaskFiles[]> {
  const heads = await em.find(TaskHead, { base: base.id, task: { $in: tasks.map(({ id }) => id) } });
  const withHead = new Set(heads.map(({ task }) => task.id));
  return Promise.all(tasks.filter(({ id }) => withHead.has(id)).map((task) => taskFiles(em, blobs, base, task)));
}

async function describeEvaluation(em: EntityManager, blobs: BlobStore, home: string, job: Evaluation): Promise<Work> {
  const { evaluator, evaluatorOptions: settings, prompt, by } = job;
  if (evaluator !== null && settings !== null && prompt !== null) {
    const task = await blobs.locate((await job.task.loadOrFail()).digest);
    const outside = settings as unknown as OutsideSettings;
    return { kind: 'OUTSIDE_EVALUATION', ...outside, evaluator, task, prompt, split: splitOf(job.split) };
  }
  const base = await job.base.loadOrFail();
  const adapter = job.adapter && (await job.adapter.loadOrFail());
  return {
    kind: 'EVALUATION',
    base: { folder: await modelFolder(blobs, home, base) },
    adapter: adapter && (await blobs.locate(adapter.digest)),
    task: await evaluatedTask(em, blobs, base, await job.task.loadOrFail()),
    split: splitOf(job.split),
    ...(prompt !== null && by !== null && { asked: { prompt, by } }),
  };
}

export const splitOf = (split: SplitName): Split => split.toLowerCase() as Split;
