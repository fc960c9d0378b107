import type { EntityManager } from '@mikro-orm/postgresql';
import { wakeWorkers } from '../changes/index.js';
import {
  Adapter,
  Analysis,
  Evaluation,
  Experiment,
  ExportRun,
  ExtractionRun,
  FusionMember,
  FusionRun,
  ImportRun,
  ModelFusionRun,
  RunState,
  StatisticsRun,
  Sweep,
  TrainingRun,
} from '../entities/index.js';
import {
  announce,
  finish,
  isFinal,
  kindOf,
  lockExperiment,
  lockFamily,
  lockJob,
  lockSweep,
  requeue,
  settleRun,
  settleSweep,
  settleSweepOf,
  type JobQueue,
  type JobRow,
} from '../jobs/index.js';
import { cancelExperiment, retryExperiment } from '../experiments/manage-experiment.js';
import { findById } from './find-by-id.js';
import { NotFound, NotPossible } from './problems.js';
import type { AnyJob } from './services.js';

/** A job of whatever kind; ids are unique over all of them. */
export async function findJob(em: EntityManager, id: string): Promise<AnyJob | null> {
  for (const type of [
    FusionRun,
    Evaluation,
    Sweep,
    TrainingRun,
    ImportRun,
    ExportRun,
    StatisticsRun,
    ModelFusionRun,
    ExtractionRun,
    Analysis,
    Experiment,
  ] as const) {
    const job = await findById<AnyJob>(em, type, id);
    if (job !== null) return job;
  }
  return null;
}

/** Locks the job with those that wait for it, and reads it anew. */
async function lock(em: EntityManager, job: AnyJob): Promise<AnyJob | null> {
  if (job instanceof Sweep) return lockSweep(em, job.id);
  if (job instanceof Experiment) return lockExperiment(em, job.id);
  return lockFamily(em, kindOf(job), job.id) as Promise<AnyJob | null>;
}

/** Asks for the end of a job and of all that belongs to it. What has not begun is CANCELLED at once; the rest when its process is gone. */
export async function cancel(em: EntityManager, queue: JobQueue, id: string): Promise<AnyJob | NotFound | NotPossible> {
  return em.transactional(async (em) => {
    const found = await findJob(em, id);
    const job = found && (await lock(em, found));
    if (job === null) return new NotFound('job', id, ['id']);
    if (isFinal(job)) {
      return new NotPossible(
        'JOB_ALREADY_ENDED',
        `The job has ended already (${job.state}); there is nothing to cancel.`,
      );
    }
    if (job instanceof Sweep) {
      job.cancelRequestedAt ??= new Date();
      for (const run of await em.find(FusionRun, { sweep: job.id }, { orderBy: { point: 'asc' } })) {
        await cancelRow(em, queue, (await lockJob(em, 'FUSION', run.id)) as FusionRun);
      }
      for (const { id } of await em.find(Evaluation, { sweep: job.id }))
        await cancelRow(em, queue, (await lockJob(em, 'EVALUATION', id))!);
      await settleSweep(em, queue, job);
    } else if (job instanceof Experiment) await cancelExperiment(em, job);
    else await cancelRow(em, queue, job);
    await announce(em, job);
    await wakeWorkers(em);
    return job;
  });
}

async function cancelRow(em: EntityManager, queue: JobQueue, job: JobRow): Promise<void> {
  if (isFinal(job)) return;
  job.cancelRequestedAt ??= new Date();
  if (job.state === RunState.QUEUED) finish(job, RunState.CANCELLED);
  await em.flush();
  if (job instanceof FusionRun) {
    for (const { id } of await em.find(Evaluation, { run: job.id, sweep: null })) {
      const evaluation = (await lockJob(em, 'EVALUATION', id))!;
      if (isFinal(evaluation)) continue;
      evaluation.cancelRequestedAt ??= new Date();
      if (evaluation.state === RunState.QUEUED) finish(evaluation, RunState.CANCELLED);
    }
    await em.flush();
    if (job.state === RunState.SCORING) await settleRun(em, queue, job);
    else if (isFinal(job)) await settleSweepOf(em, queue, job);
  }
  if (job instanceof Evaluation && isFinal(job) && job.run !== null) {
    const run = await em.findOneOrFail(FusionRun, { id: job.run.id });
    if (job.sweep === null) await settleRun(em, queue, run);
    else await settleSweepOf(em, queue, run);
  }
  await announce(em, job);
}

/** Queues a FAILED or CANCELLED job once more. What it has achieved is kept: a run with an output is only scored again. */
export async function retry(em: EntityManager, queue: JobQueue, id: string): Promise<AnyJob | NotFound | NotPossible> {
  return em.transactional(async (em) => {
    const found = await findJob(em, id);
    const job = found && (await lock(em, found));
    if (job === null) return new NotFound('job', id, ['id']);
    if (job.state !== RunState.FAILED && job.state !== RunState.CANCELLED) {
      return new NotPossible(
        'JOB_NOT_FAILED',
        `The job is ${job.state}; only one that has FAILED or was CANCELLED is retried.`,
      );
    }
    if (job instanceof Sweep) await retrySweep(em, queue, job);
    else if (job instanceof Experiment) await retryExperiment(em, queue, job);
    else await retryRow(em, queue, job);
    await announce(em, job);
    await wakeWorkers(em);
    return job;
  });
}

function reopen(job: AnyJob | JobRow, state: RunState): void {
  job.state = state;
  job.problem = null;
  job.cancelRequestedAt = null;
  job.finishedAt = null;
  job.crashes = 0;
}

async function retryRow(em: EntityManager, queue: JobQueue, job: JobRow): Promise<void> {
  reopen(job, RunState.QUEUED);
  if (job instanceof FusionRun && job.output !== null) {
    job.state = RunState.SCORING;
    await retryEvaluations(em, queue, { run: job.id, sweep: null });
    await settleRun(em, queue, job);
  } else {
    await requeue(em, queue, kindOf(job), job);
    // Its run waits for it again.
    if (job instanceof Evaluation && job.sweep !== null) {
      const sweep = (await lockSweep(em, job.sweep.id))!;
      reopen(sweep, RunState.SCORING);
      await announce(em, sweep);
    } else if (job instanceof Evaluation && job.run !== null) {
      const run = (await lockJob(em, 'FUSION', job.run.id)) as FusionRun;
      reopen(run, RunState.SCORING);
      await announce(em, run);
    }
  }
}

async function retryEvaluations(em: EntityManager, queue: JobQueue, where: object): Promise<number> {
  const failed = await em.find(Evaluation, { ...where, state: { $in: [RunState.FAILED, RunState.CANCELLED] } });
  for (const { id } of failed) {
    const evaluation = (await lockJob(em, 'EVALUATION', id))!;
    reopen(evaluation, RunState.QUEUED);
    await requeue(em, queue, 'EVALUATION', evaluation);
  }
  return failed.length;
}

async function retrySweep(em: EntityManager, queue: JobQueue, sweep: Sweep): Promise<void> {
  if (sweep.chosenPoint !== null) {
    reopen(sweep, RunState.SCORING);
    await retryEvaluations(em, queue, { sweep: sweep.id });
  } else {
    reopen(sweep, RunState.RUNNING);
    for (const { id, state } of await em.find(FusionRun, { sweep: sweep.id }, { orderBy: { point: 'asc' } })) {
      if (state !== RunState.FAILED && state !== RunState.CANCELLED) continue;
      await retryRow(em, queue, (await lockJob(em, 'FUSION', id)) as FusionRun);
    }
  }
  await settleSweep(em, queue, sweep);
}

/** Deletes a job that has ended, with its scores and the adapter that it made; or an adapter. Nothing that a run still builds on. */
export async function remove(em: EntityManager, id: string): Promise<{ readonly id: string } | NotFound | NotPossible> {
  return em.transactional(async (em) => {
    const adapter = await findById(em, Adapter, id);
    if (adapter !== null) return removeAdapter(em, adapter);
    const found = await findJob(em, id);
    const job = found && (await lock(em, found));
    if (job === null) return new NotFound('job or adapter', id, ['id']);
    if (!isFinal(job)) {
      return new NotPossible('JOB_NOT_ENDED', `The job is ${job.state}; cancel it before you delete it.`);
    }
    const runs =
      job instanceof Sweep ? await em.find(FusionRun, { sweep: job.id }) : job instanceof FusionRun ? [job] : [];
    // Of a run with an output for each adapter the members have them.
    const members = await em.find(FusionMember, { run: { $in: runs.map((run) => run.id) } });
    const makers = [
      ...runs,
      ...members,
      ...(job instanceof TrainingRun || job instanceof ImportRun || job instanceof ExtractionRun ? [job] : []),
    ];
    const outputs = [...new Set(makers.flatMap(({ output }) => (output ? [output.id] : [])))];
    const users = await em.count(FusionMember, { adapter: { $in: outputs } });
    if (users > 0) {
      return new NotPossible(
        'ADAPTER_IN_USE',
        `An adapter that this job made is fused on by ${users} other runs; delete those first.`,
      );
    }
    em.remove(job);
    await em.flush();
    await em.nativeDelete(Adapter, { id: { $in: outputs } });
    return { id };
  });
}

async function removeAdapter(em: EntityManager, adapter: Adapter): Promise<{ readonly id: string } | NotPossible> {
  const users = await em.count(FusionMember, { adapter: adapter.id });
  if (users > 0) {
    return new NotPossible(
      'ADAPTER_IN_USE',
      `The adapter "${adapter.name}" is a member of ${users} runs; delete those first.`,
    );
  }
  const pending = await em.count(Evaluation, {
    adapter: adapter.id,
    state: { $in: [RunState.QUEUED, RunState.RUNNING] },
  });
  if (pending > 0) {
    return new NotPossible(
      'ADAPTER_IN_USE',
      `The adapter "${adapter.name}" is being scored; wait for that, or cancel it.`,
    );
  }
  em.remove(adapter);
  return { id: adapter.id };
}
