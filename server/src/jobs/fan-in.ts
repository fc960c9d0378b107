import type { EntityManager } from '@mikro-orm/postgresql';
import { ref } from '@mikro-orm/postgresql';
import { wakeWorkers } from '../changes/index.js';
import { Evaluation, FusionMember, FusionRun, RunState, Score, SplitName, type Sweep } from '../entities/index.js';
import { waysOf } from '../scores/asked-way.js';
import { jobErrors } from './errors.js';
import type { JobQueue } from './job-queue.js';
import { announce, finish, isFinal, lockSweep } from './job-row.js';
import { problemOf } from './problem-of.js';
import { scoredOutputs } from './scored-outputs.js';

/** Queues the scoring of one adapter, or of the bare base, on one split of one task. */
export async function queueEvaluation(em: EntityManager, queue: JobQueue, evaluation: Evaluation): Promise<void> {
  evaluation.state = RunState.QUEUED;
  evaluation.queueJob = await queue.send(em, { kind: 'EVALUATION', id: evaluation.id });
  em.persist(evaluation);
  await wakeWorkers(em);
}

/**
 * Ends a run whose evaluations have all ended, in the transaction of the last of them. Holds the locks of its sweep and of itself already,
 * so that of two evaluations that end at once the second sees the first.
 */
export async function settleRun(em: EntityManager, queue: JobQueue, run: FusionRun): Promise<void> {
  if (run.state !== RunState.SCORING) return;
  await em.flush();
  const evaluations = await em.find(Evaluation, { run: run.id, sweep: null }, { populate: ['task'], refresh: true });
  const ended = evaluations.filter(isFinal);
  run.progress = { phase: 'SCORE', done: ended.length, total: evaluations.length };
  if (ended.length === evaluations.length) {
    const bad = ended.find(({ state }) => state !== RunState.SUCCEEDED);
    if (run.cancelRequestedAt !== null) finish(run, RunState.CANCELLED);
    else if (bad === undefined) finish(run, RunState.SUCCEEDED);
    else {
      const task = bad.task.getEntity().name;
      const problem = bad.problem?.message ?? `its evaluation was ${bad.state.toLowerCase()}`;
      finish(run, RunState.FAILED, problemOf(jobErrors.evaluationFailed({ task, problem })));
    }
  }
  await announce(em, run);
  if (isFinal(run)) await settleSweepOf(em, queue, run);
}

/** To be called whenever a run has reached a final state. */
export async function settleSweepOf(em: EntityManager, queue: JobQueue, run: FusionRun): Promise<void> {
  if (run.sweep === null) return;
  const sweep = await lockSweep(em, run.sweep.id);
  if (sweep !== null) await settleSweep(em, queue, sweep);
}

/**
 * Moves a sweep on: when all points have ended, the best mean accuracy on `validation` is chosen (the earlier point of two equal ones) and
 * queued for `test`; when those scores are there too, it has succeeded. A point that failed is not chosen; it does not fail the others.
 */
export async function settleSweep(em: EntityManager, queue: JobQueue, sweep: Sweep): Promise<void> {
  if (isFinal(sweep)) return;
  await em.flush();
  if (sweep.state === RunState.SCORING) await settleReport(em, sweep);
  else await settlePoints(em, queue, sweep);
  await announce(em, sweep);
}

async function settlePoints(em: EntityManager, queue: JobQueue, sweep: Sweep): Promise<void> {
  const runs = await em.find(FusionRun, { sweep: sweep.id }, { orderBy: { point: 'asc' }, refresh: true });
  const ended = runs.filter(isFinal);
  sweep.progress = { phase: 'POINTS', done: ended.length, total: runs.length };
  if (ended.length < runs.length) return;
  if (sweep.cancelRequestedAt !== null) return finish(sweep, RunState.CANCELLED);
  const chosen = await chooseOnValidation(em, runs);
  if (chosen === undefined || chosen.output === null) {
    const failed = runs.filter(({ state }) => state !== RunState.SUCCEEDED).length;
    return finish(sweep, RunState.FAILED, problemOf(jobErrors.sweepFailed({ failed, total: runs.length })));
  }
  sweep.chosenPoint = chosen.point;
  sweep.state = RunState.SCORING;
  const output = await chosen.output.loadOrFail();
  const members = await em.find(
    FusionMember,
    { run: chosen.id },
    { orderBy: { position: 'asc' }, populate: ['adapter'] },
  );
  const scored = scoredOutputs(chosen, members);
  const ways = await waysOf(em, output.base.id, chosen.evaluateOn, chosen);
  for (const { adapter, task } of scored) {
    const evaluation = em.create(Evaluation, {
      base: output.base,
      adapter,
      task,
      split: SplitName.TEST,
      run: ref(chosen),
      sweep: ref(sweep),
      ...ways.get(task),
      selectedOn: SplitName.VALIDATION,
    } as never);
    await queueEvaluation(em, queue, evaluation);
  }
  sweep.progress = { phase: 'REPORT', done: 0, total: scored.length };
}

async function chooseOnValidation(em: EntityManager, runs: readonly FusionRun[]): Promise<FusionRun | undefined> {
  const scores = await em.find(Score, { run: { $in: runs.map(({ id }) => id) }, split: SplitName.VALIDATION });
  let best: { readonly run: FusionRun; readonly mean: number } | undefined;
  for (const run of runs) {
    const own = scores.filter((score) => score.run?.id === run.id).map(({ value }) => value);
    if (run.state !== RunState.SUCCEEDED || own.length === 0) continue;
    const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
    if (best === undefined || mean > best.mean) best = { run, mean };
  }
  return best?.run;
}

async function settleReport(em: EntityManager, sweep: Sweep): Promise<void> {
  const evaluations = await em.find(Evaluation, { sweep: sweep.id }, { refresh: true });
  const ended = evaluations.filter(isFinal);
  sweep.progress = { phase: 'REPORT', done: ended.length, total: evaluations.length };
  if (ended.length < evaluations.length) return;
  const failed = ended.filter(({ state }) => state !== RunState.SUCCEEDED).length;
  if (sweep.cancelRequestedAt !== null) finish(sweep, RunState.CANCELLED);
  else if (failed === 0) finish(sweep, RunState.SUCCEEDED);
  else finish(sweep, RunState.FAILED, problemOf(jobErrors.sweepFailed({ failed, total: evaluations.length })));
}
