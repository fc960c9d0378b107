import type { EntityManager } from '@mikro-orm/postgresql';
import type { TaskFacts } from '../compute/task-import-protocol.js';
import { AnswerForm, Metric, Task, TaskKind } from '../entities/index.js';
import { idOfContent } from '../entities/id-of-content.js';

/**
 * Within a transaction: the row of this task. One of the same bytes is found again, whatever it was made of; null: another task has its name.
 */
export async function keepTask(
  em: EntityManager,
  { kind, metric, answer, fields, prompts, classes, counts, ...texts }: TaskFacts,
  { digest, byteLength: sizeBytes }: { readonly digest: string; readonly byteLength: number },
): Promise<Task | null> {
  await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`task ${texts.name}`]);
  const known = await em.findOne(Task, { name: texts.name });
  if (known !== null) return known.digest === digest ? known : null;
  const task = em.create(Task, {
    ...texts,
    id: idOfContent('task', digest),
    kind: TaskKind[kind],
    answer: AnswerForm[answer],
    metric: Metric[metric.toUpperCase() as keyof typeof Metric],
    fields: [...fields],
    prompts: prompts.map(({ name, input, labelWords, decimals = null }) => ({
      name,
      input,
      labelWords: [...labelWords],
      decimals,
    })),
    classes: [...classes],
    counts: { ...counts },
    digest,
    sizeBytes,
  } as never);
  em.persist(task);
  return task;
}
