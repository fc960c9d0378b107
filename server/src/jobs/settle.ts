import { ref, type EntityManager } from '@mikro-orm/postgresql';
import type { Measurement as EngineMeasurement } from '@crucible/engine/metrics';
import type { AdapterFacts, EvaluationOutcome, FusionResult, TrainingResult } from '../compute/protocol.js';
import {
  Adapter,
  BaseModel,
  Evaluation,
  FusionMember,
  type FusionRun,
  type Measurement,
  Metric,
  Origin,
  RunState,
  Score,
  SplitName,
  StrategyKind,
  TangentFrame,
  type TrainingRun,
  type TrainingTrial,
  type FidelityReport,
  type JobProblem,
  type SearchStep,
} from '../entities/index.js';
import { waysOf } from '../scores/asked-way.js';
import { settleParents } from './claim.js';
import { keepHead, type StoredHead } from './keep-head.js';
import { coefficientGroups } from './coefficient-groups.js';
import { queueEvaluation, settleRun } from './fan-in.js';
import { scoredOutputs } from './scored-outputs.js';
import { announce, finish, lockFamily, type JobRow } from './job-row.js';
import type { JobKind, JobQueue } from './job-queue.js';
import type { PgBossQueue, ReceivedMessage } from './pg-boss-queue.js';

/** A job as its worker holds it: what it does counts only while `attempt` is still the row's. */
export interface Held extends ReceivedMessage {
  readonly attempt: number;
}

/** What is recorded at the end of a job whatever came of it. */
export interface Usage {
  readonly seconds: number;
  readonly peakMemoryBytes: number;
}

/**
 * Records under the lock, if the job is still held, and completes its message in the same transaction. Answers false where somebody else
 * holds or ended it meanwhile: nothing is recorded then, so that no job ends twice.
 */
export async function settle<Row extends JobRow>(
  em: EntityManager,
  queue: PgBossQueue,
  held: Held,
  usage: Usage,
  record: (em: EntityManager, job: Row) => Promise<void>,
): Promise<boolean> {
  return em.transactional(async (em) => {
    const job = (await lockFamily(em, held.kind, held.id)) as Row | null;
    if (job === null || job.attempt !== held.attempt || job.state !== RunState.RUNNING) {
      await queue.complete(held.messageId, em);
      return false;
    }
    job.peakMemoryBytes = Math.max(job.peakMemoryBytes ?? 0, usage.peakMemoryBytes);
    // Asked to be cancelled while it came to its end: what it made is dropped.
    if (job.cancelRequestedAt !== null) finish(job, RunState.CANCELLED);
    else await record(em, job);
    await em.flush();
    await settleParents(em, queue, job);
    await queue.complete(held.messageId, em);
    await announce(em, job);
    return true;
  });
}

/** The output becomes an adapter, or each of them, and their evaluations are queued, all in one transaction with the run's next state. */
export async function settleFusion(
  em: EntityManager,
  queue: PgBossQueue,
  held: Held,
  usage: Usage,
  { outcome, modules, adapter: facts, adapters = [] }: FusionResult,
): Promise<boolean> {
  return settle<FusionRun>(em, queue, held, usage, async (em, run) => {
    const strategy = await run.strategy.loadOrFail();
    const members = await em.find(
      FusionMember,
      { run: run.id },
      { orderBy: { position: 'asc' }, populate: ['adapter'] },
    );
    const sources = members.map(({ adapter }) => adapter.getEntity());
    const make = (own: AdapterFacts, name: string): Promise<Adapter> =>
      makeAdapter(em, own, { name, base: sources[0]!.base, method: own.manifest.method, origin: Origin.FUSED });
    const name = run.name ?? `${strategy.title} of ${sources.length} adapters`;
    for (const [position, own] of adapters.entries()) {
      const member = members[position]!;
      member.output = ref(await make(own, `${name}, for ${sources[position]!.name}`));
      member.fidelity = structuredClone(outcome.outputs![position]!.fidelity) as FidelityReport;
    }
    run.output = members[0]!.output ?? ref(await make(facts, name));
    run.fidelity = structuredClone(outcome.fidelity) as FidelityReport;
    run.trace = outcome.trace ? (structuredClone(outcome.trace) as SearchStep[]) : null;
    run.coefficients = outcome.coefficients ? [...outcome.coefficients] : null;
    run.coefficientGroups = coefficientGroups(outcome, modules);
    run.timings = [...outcome.timings.map((timing) => ({ ...timing })), { phase: 'TOTAL', seconds: usage.seconds }];
    run.state = RunState.SCORING;
    run.worker = null;
    const searched = strategy.kind === StrategyKind.SEARCH && run.evaluationSplit !== SplitName.VALIDATION;
    const ways = await waysOf(em, sources[0]!.base.id, run.evaluateOn, run);
    for (const { adapter, task } of scoredOutputs(run, members)) {
      const evaluation = em.create(Evaluation, {
        base: sources[0]!.base,
        adapter,
        task,
        split: run.evaluationSplit,
        run: ref(run),
        ...ways.get(task),
        selectedOn: searched ? SplitName.VALIDATION : null,
      } as never);
      await queueEvaluation(em, queue, evaluation);
    }
    // With nothing to wait for, the run ends here.
    await settleRun(em, queue, run);
  });
}

export async function settleEvaluation(
  em: EntityManager,
  queue: PgBossQueue,
  held: Held,
  usage: Usage,
  result: EvaluationOutcome,
  outcomes: string | null,
  head?: StoredHead,
): Promise<boolean> {
  return settle<Evaluation>(em, queue, held, usage, async (em, evaluation) => {
    const { base, adapter, run, task, split, selectedOn, origin, prompt, by } = evaluation;
    const { loss, source = null } = result;
    if (head !== undefined && base !== null) await keepHead(em, task.id, base.id, head);
    const measurements = result.measurements.map(toMeasurement);
    const [own] = measurements;
    const { metric, value, n, interval } = own!;
    em.persist(
      em.create(Score, {
        evaluation: ref(evaluation),
        base,
        adapter,
        run,
        task,
        split,
        selectedOn,
        origin,
        source,
        prompt,
        by,
        metric,
        value,
        n,
        loss,
        interval,
        measurements,
        outcomes,
      } as never),
    );
    evaluation.timings = [{ phase: 'SCORE', seconds: usage.seconds }];
    finish(evaluation, RunState.SUCCEEDED);
  });
}

/** As the API tells a figure. */
export function toMeasurement({ metric, value, n, interval }: EngineMeasurement): Measurement {
  return { metric: Metric[metric.toUpperCase() as keyof typeof Metric], value, n, interval: { ...interval } };
}

export async function settleTraining(
  em: EntityManager,
  queue: PgBossQueue,
  held: Held,
  usage: Usage,
  { adapter: facts, history, settings, probes, trials }: TrainingResult,
): Promise<boolean> {
  return settle<TrainingRun>(em, queue, held, usage, async (em, run) => {
    const { name, base, method, task } = run;
    const adapter = await makeAdapter(em, facts, { name, base, method, origin: Origin.TRAINED, task });
    run.output = ref(adapter);
    run.history = history.map((epoch) => ({ ...epoch }));
    run.options = { ...run.options, ...settings };
    run.probes = probes.map((probe) => ({ ...probe }));
    run.trials = structuredClone(trials) as TrainingTrial[];
    run.timings = [{ phase: 'TRAIN', seconds: usage.seconds }];
    finish(run, RunState.SUCCEEDED);
  });
}

/** FAILED, with the reason; or CANCELLED, where that was asked for and the process is gone. */
export async function settleFailure(
  em: EntityManager,
  queue: PgBossQueue,
  held: Held,
  usage: Usage,
  problem: JobProblem,
): Promise<boolean> {
  return settle(em, queue, held, usage, async (_, job) => {
    finish(job, RunState.FAILED, problem);
  });
}

/**
 * Gives a job back to the queue: its process died, or its worker stops. Answers how often it has crashed by itself; a job that crashes
 * `limit` times fails with `problem` instead.
 */
export async function giveBack(
  em: EntityManager,
  queue: PgBossQueue,
  held: Held,
  usage: Usage,
  crash?: { readonly limit: number; readonly problem: (times: number) => JobProblem },
): Promise<boolean> {
  return settle(em, queue, held, usage, async (em, job) => {
    if (crash) job.crashes += 1;
    if (crash && job.crashes >= crash.limit) finish(job, RunState.FAILED, crash.problem(job.crashes));
    else await requeue(em, queue, held.kind, job);
  });
}

export async function requeue(em: EntityManager, queue: JobQueue, kind: JobKind, job: JobRow): Promise<void> {
  job.state = RunState.QUEUED;
  job.worker = null;
  job.queueJob = await queue.send(em, { kind, id: job.id });
}

export async function makeAdapter(
  em: EntityManager,
  { digest, byteLength, manifest, parameterCount, ownFrameDigest }: AdapterFacts,
  own: Pick<Adapter, 'name' | 'base' | 'method' | 'origin'> & { readonly task?: Adapter['task'] },
): Promise<Adapter> {
  const frame =
    manifest.frameDigest === undefined ? null : await em.findOne(TangentFrame, { digest: manifest.frameDigest });
  const base = own.base.id;
  const adapter = em.create(Adapter, {
    ...own,
    base: em.getReference(BaseModel, base),
    frame: frame && ref(frame),
    rank: manifest.rank,
    scale: manifest.scale,
    form: manifest.form ?? 'WEIGHTS',
    targetModules: [...manifest.targetModules],
    parameterCount,
    ownFrameDigest,
    digest,
    sizeBytes: byteLength,
  } as never);
  em.persist(adapter);
  return adapter;
}
