import { ref, type EntityManager } from '@mikro-orm/postgresql';
import { isCrucibleError } from '@crucible/engine/errors';
import type { Measurement as EngineMeasurement, MetricName } from '@crucible/engine/metrics';
import { Evaluation, RunState, Score, ScoreOrigin, type SplitName, Task } from '../entities/index.js';
import { importRoot, resolveInRoot } from '../imports/import-root.js';
import { finish } from '../jobs/index.js';
import { toMeasurement } from '../jobs/settle.js';
import { readHarnessResults } from '../scores/read-harness-results.js';
import { findSubject } from './evaluate-outside.js';
import { findById } from './find-by-id.js';
import { NotFound, QuotaExceeded, SourceRefused, type InvalidOptions } from './problems.js';
import { serviceLimits } from './service-limits.js';

export interface ImportHarnessScoresInput {
  readonly file: string;
  readonly adapter?: string | undefined;
  readonly base?: string | undefined;
  readonly tasks: readonly {
    readonly name: string;
    readonly task: string;
    readonly split: SplitName;
  }[];
}

/** Takes in what lm-evaluation-harness measured: all of the tasks that were named, or none. Which examples it got right is not known, so that nothing is paired with them. */
export async function importHarnessScores(
  em: EntityManager,
  input: ImportHarnessScoresInput,
): Promise<readonly Score[] | InvalidOptions | NotFound | QuotaExceeded | SourceRefused> {
  if (input.tasks.length > serviceLimits.evaluationTasks) {
    return new QuotaExceeded('tasks to take in', input.tasks.length, serviceLimits.evaluationTasks, ['tasks']);
  }
  const subject = await findSubject(em, input);
  if ('code' in subject) return subject;
  const wanted: {
    readonly task: Task;
    readonly split: SplitName;
    readonly measurements: readonly EngineMeasurement[];
  }[] = [];
  let source: string;
  try {
    const results = await readHarnessResults(await resolveInRoot(importRoot(), input.file), input.file);
    source = results.source;
    for (const [index, { name, task: id, split }] of input.tasks.entries()) {
      const task = await findById(em, Task, id);
      if (task === null) return new NotFound('task', id, ['tasks', index, 'task']);
      const own = task.metric.toLowerCase() as MetricName;
      wanted.push({ task, split, measurements: results.measurements(name, own) });
    }
  } catch (error) {
    if (isCrucibleError(error) && error.code.startsWith('IMPORT_')) return new SourceRefused(error, ['file']);
    throw error;
  }
  return em.transactional(async (em) =>
    wanted.map(({ task, split, measurements }) => {
      const common = {
        base: ref(subject.base),
        adapter: subject.adapter && ref(subject.adapter),
        task: ref(task),
        split,
      };
      const evaluation = em.create(Evaluation, { ...common, origin: ScoreOrigin.IMPORTED } as never);
      finish(evaluation, RunState.SUCCEEDED);
      em.persist(evaluation);
      const told = measurements.map(toMeasurement);
      const score = em.create(Score, {
        ...common,
        ...told[0],
        evaluation: ref(evaluation),
        origin: ScoreOrigin.IMPORTED,
        source,
        measurements: told,
      } as never);
      em.persist(score);
      return score;
    }),
  );
}
