import type { EntityManager } from '@mikro-orm/postgresql';
import { Adapter, FusionMember, FusionRun, Metric, Origin, Score, TrainingRun } from '../entities/index.js';
import { isSameWay } from '../scores/asked-way.js';
import type { NormalizedScore } from './services.js';

/**
 * Divides each score by its references, on the same base, task and split, asked the same way: `own` by the specialist that was fused (or, for an adapter of no run,
 * the best specialist of the same method), `best` by the best specialist of any method. A specialist is an adapter that was trained on the
 * task, not fused. Four queries, however many scores there are.
 */
export async function normalize(em: EntityManager, scores: readonly Score[]): Promise<readonly NormalizedScore[]> {
  if (scores.length === 0) return [];
  const tasks = [...new Set(scores.map(({ task }) => task.id))];
  const adapters = await em.find(Adapter, { task: { $in: tasks }, origin: { $in: [Origin.TRAINED, Origin.IMPORTED] } });
  const specialists = new Map(adapters.map((adapter) => [adapter.id, adapter]));
  const references = await em.find(Score, { adapter: { $in: [...specialists.keys()] }, task: { $in: tasks } });
  const runs = scores.flatMap(({ run }) => (run === null ? [] : [run.id]));
  const members = await em.find(FusionMember, { run: { $in: runs } });
  const subjects = await em.find(Adapter, {
    id: { $in: scores.flatMap(({ adapter }) => (adapter ? [adapter.id] : [])) },
  });
  const methods = new Map(subjects.map(({ id, method }) => [id, method]));
  return scores.map((score) => {
    // A specialist's score on another task than its own is no reference.
    const same = references.filter(
      ({ adapter, task, split, base, metric, prompt, by }) =>
        task.id === score.task.id &&
        isSameWay({ prompt, by }, score) &&
        metric === score.metric &&
        split === score.split &&
        base.id === score.base.id &&
        specialists.get(adapter!.id)?.task?.id === task.id,
    );
    const fused = new Set(members.filter(({ run }) => run.id === score.run?.id).map(({ adapter }) => adapter.id));
    const ofRun = same.filter(({ adapter }) => fused.has(adapter!.id));
    const method = score.adapter && methods.get(score.adapter.id);
    const ofMethod = score.run ? [] : same.filter(({ adapter }) => specialists.get(adapter!.id)?.method === method);
    return { own: ratio(score, ofRun.length ? ofRun : ofMethod), best: ratio(score, same) };
  });
}

/** 1 is as good as the best reference, less is worse; of a perplexity, where less is better, the other way round. */
function ratio({ value, metric }: Score, references: readonly Score[]): number | null {
  const values = references.map((reference) => reference.value);
  if (metric === Metric.PERPLEXITY) {
    const best = Math.min(...values);
    return value > 0 && Number.isFinite(best) ? best / value : null;
  }
  const best = Math.max(...values);
  return best > 0 && Number.isFinite(best) ? value / best : null;
}

/** The runs that made these adapters, in their order; null for one that was imported. */
export async function origins(
  em: EntityManager,
  adapters: readonly Adapter[],
): Promise<readonly (FusionRun | TrainingRun | null)[]> {
  const ids = (origin: Origin): string[] => adapters.filter((adapter) => adapter.origin === origin).map(({ id }) => id);
  const fused = ids(Origin.FUSED);
  const runs = [
    ...(await em.find(FusionRun, { output: { $in: fused } })),
    ...(await em.find(TrainingRun, { output: { $in: ids(Origin.TRAINED) } })),
  ];
  const byOutput = new Map<string | undefined, FusionRun | TrainingRun>(runs.map((run) => [run.output?.id, run]));
  // Of a run with an output for each adapter the members have them.
  const members = await em.find(FusionMember, { output: { $in: fused } }, { populate: ['run'] });
  for (const { output, run } of members) byOutput.set(output!.id, run.getEntity());
  return adapters.map(({ id }) => byOutput.get(id) ?? null);
}
