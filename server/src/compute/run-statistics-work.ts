import { openAdapter } from '@crucible/engine/adapters';
import { openImageModel } from '@crucible/engine/models';
import { computeStatistics, selectExamples, writeStatistics } from '@crucible/engine/statistics';
import type { ComputeContext } from './compute-context.js';
import { readTask } from './read-task.js';
import { readUpdates } from './read-updates.js';
import type { StatisticsResult, StatisticsWork } from './statistics-protocol.js';

/** Computes statistics of one adapter on one split of a task; equal work gives equal bytes. */
export async function runStatisticsWork(work: StatisticsWork, context: ComputeContext): Promise<StatisticsResult> {
  const { backend, signal, onProgress } = context;
  const { statistics: kind, seed, split, outputPath: path } = work;
  const model = await openImageModel(work.base.folder, { signal });
  const { examples: all, head } = await readTask(work.task, split);
  const examples = selectExamples(all, work.examples, seed);
  const adapter = await openAdapter(work.adapter);
  await adapter.close();
  const { modules, values } = computeStatistics(kind, {
    tf: backend.tf,
    model,
    updates: await readUpdates(work.adapter),
    examples,
    head,
    seed,
    signal,
    onProgress: (done, total) => onProgress({ phase: 'STATISTICS', done, total }),
  });
  const manifest = {
    version: 1,
    kind,
    baseDigest: adapter.manifest.baseDigest,
    adapterDigest: adapter.digest,
    task: work.task.name,
    split,
    n: examples.count,
    seed,
  } as const;
  const written = await writeStatistics(path, { manifest, modules, values, signal });
  return { kind: 'STATISTICS', path, ...written, examples: examples.count };
}
