import { join } from 'node:path';
import { openAdapter, openFrame } from '@crucible/engine/adapters';
import { optionCurve, type ScoredValue, type TaskScore } from '@crucible/engine/analyses';
import type { ScoredModel } from '@crucible/engine/evaluation';
import { openStatistics, selectExamples } from '@crucible/engine/statistics';
import type { Split } from '@crucible/engine/tasks';
import { runFusion, type FusionMember } from '@crucible/sdk/host';
import type { AnalysisClock } from './analysis-clock.js';
import type { AnalysisDataOf, AnalysisRequest, AnalysisWork } from './analysis-protocol.js';
import type { ComputeContext } from './compute-context.js';
import { loadStrategies } from './load-strategy.js';
import { memberStatistics } from './member-statistics.js';
import { openBase } from './open-base.js';
import { readAdapter, withAdapter } from './read-adapter.js';
import { readTask } from './read-task.js';

type CurveRequest = Extract<AnalysisRequest, { readonly analysis: 'OPTION_CURVE' }>;
type LoadedTask = Awaited<ReturnType<typeof readTask>>;

/** Fuses at every value of an option, and scores what comes out on both splits. What was scored by an earlier attempt is not scored again. */
export async function runCurveWork(
  work: AnalysisWork,
  request: CurveRequest,
  context: ComputeContext,
  clock: AnalysisClock,
): Promise<AnalysisDataOf<'OPTION_CURVE'>> {
  const { backend, signal, onProgress } = context;
  const scored = [...((await clock.load<readonly ScoredValue[]>()) ?? [])];
  const { scorer } = await openBase(backend.tf, work.base!.folder, signal);
  const tasks = await Promise.all(
    work.tasks.map(async (files) => ({
      validation: await loadTask(files, 'validation'),
      test: await loadTask(files, 'test'),
    })),
  );
  async function loadTask(files: AnalysisWork['tasks'][number], split: Split): Promise<LoadedTask> {
    const loaded = await readTask(files, split);
    if (request.examples === null || loaded.examples.count === 0) return loaded;
    return { ...loaded, examples: selectExamples(loaded.examples, request.examples, work.seed) };
  }
  const images = tasks.reduce((sum, { validation, test }) => sum + validation.examples.count + test.examples.count, 0);
  const fuse = await openFusion(work, request, context);
  try {
    for (const [position, value] of request.values.entries()) {
      if (position < scored.length) continue;
      const model = withAdapter(scorer, await readAdapter(await fuse.at(request.points[position]!)));
      try {
        let done = position * images;
        const score = async (split: 'validation' | 'test'): Promise<TaskScore[]> => {
          const scores: TaskScore[] = [];
          for (const task of tasks) {
            const { examples, head } = task[split];
            scores.push(await scoreTask(model, examples, head, split, signal));
            done += examples.count;
            onProgress({ phase: 'SCORE', done, total: request.values.length * images });
          }
          return scores;
        };
        scored.push({ value, validation: await score('validation'), test: await score('test') });
      } finally {
        model.dispose();
      }
      await clock.save(scored);
    }
  } finally {
    await fuse.close();
  }
  return { kind: 'OPTION_CURVE', ...optionCurve(scored), images: images * scored.length };
}

async function scoreTask(
  model: ScoredModel,
  examples: LoadedTask['examples'],
  head: LoadedTask['head'],
  split: Split,
  signal: AbortSignal,
): Promise<TaskScore> {
  const { n, correct, interval, loss } = await model.evaluate({ examples, head, split, signal });
  return { n, correct, interval, loss };
}

/** The members, opened once for all values. */
async function openFusion(work: AnalysisWork, request: CurveRequest, { backend, signal, onLog }: ComputeContext) {
  const { strategy, strategies } = await loadStrategies(request.strategy, request.points[0]!);
  const opened: { close(): Promise<void> }[] = [];
  const close = async (): Promise<void> => {
    for (const file of opened.splice(0)) await file.close();
  };
  try {
    const members: FusionMember[] = [];
    for (const { path, weight, ownFrameDigest, statistics } of work.members) {
      const adapter = await openAdapter(path);
      opened.push(adapter);
      const file = statistics === null ? undefined : await openStatistics(statistics);
      if (file) opened.push(file);
      members.push({
        adapter,
        weight,
        ...(ownFrameDigest !== null && { ownFrameDigest }),
        ...(file && { statistics: memberStatistics(file) }),
      });
    }
    const frame = work.frame === null ? undefined : await openFrame(work.frame);
    if (frame) opened.push(frame);
    const outputPath = join(work.checkpointFolder, 'point.safetensors');
    return {
      close,
      async at(options: Readonly<Record<string, unknown>>): Promise<string> {
        const { path } = await runFusion({
          strategy,
          strategies,
          options,
          members,
          space: request.space,
          ...(request.outputRank !== null && { outputRank: request.outputRank }),
          seed: work.seed,
          name: 'curve',
          ...(frame && { frame }),
          outputPath,
          tf: backend.tf,
          signal,
          onLog,
        });
        return path;
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
