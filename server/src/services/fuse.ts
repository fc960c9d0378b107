import { ref, type EntityManager } from '@mikro-orm/postgresql';
import { announce } from '../jobs/index.js';
import { wakeWorkers } from '../changes/index.js';
import { type AskedBy, FusionMember, FusionRun, RunState, SplitName, type Sweep } from '../entities/index.js';
import { isSameWay, wayOf } from '../scores/asked-way.js';
import { fingerprintOf } from './fingerprint.js';
import type { FuseInput } from './inputs.js';
import { prepareFusion, type FusionProblem, type PreparedFusion } from './prepare-fusion.js';
import { Problem } from './problems.js';
import type { ServiceContext } from './service-context.js';

/** Queues a fusion; with `reuse`, answers with a finished one of the same fingerprint where there is one. */
export async function fuse(
  em: EntityManager,
  context: ServiceContext,
  input: FuseInput,
): Promise<FusionRun | FusionProblem> {
  const prepared = await prepareFusion(em, context, input);
  if (prepared instanceof Problem) return prepared;
  const settings: RunSettings = {
    name: input.name ?? null,
    outputRank: input.outputRank ?? null,
    seed: input.seed ?? 0,
    evaluationSplit: input.evaluationSplit ?? SplitName.TEST,
    prompt: input.prompt ?? null,
    by: input.by ?? null,
  };
  if (input.reuse === true) {
    const finished = await findFinished(em, context, prepared, settings);
    if (finished !== null) return finished;
  }
  return em.transactional(async (em) => {
    const run = await createRun(em, context, prepared, settings);
    await wakeWorkers(em);
    return run;
  });
}

export interface RunSettings {
  readonly name: string | null;
  readonly outputRank: number | null;
  readonly seed: number;
  readonly evaluationSplit: SplitName;
  /** As asked for: `wayOf` settles what is left out. */
  readonly prompt: string | null;
  readonly by: AskedBy | null;
  readonly sweep?: { readonly row: Sweep; readonly point: number };
}

/** Within a transaction: the row, its members, and the message to the workers. */
export async function createRun(
  em: EntityManager,
  context: ServiceContext,
  prepared: PreparedFusion,
  settings: RunSettings,
): Promise<FusionRun> {
  const { row, options, space, evaluateOn, members } = prepared;
  const run = em.create(FusionRun, {
    name: settings.name,
    strategy: ref(row),
    strategyVersion: row.version,
    options: { ...options },
    space,
    outputRank: settings.outputRank,
    seed: settings.seed,
    evaluationSplit: settings.evaluationSplit,
    prompt: settings.prompt,
    by: settings.by,
    evaluateOn: evaluateOn.map(({ id }) => id),
    fingerprint: fingerprint(context, prepared, settings),
    sweep: settings.sweep ? ref(settings.sweep.row) : null,
    point: settings.sweep?.point ?? null,
  } as never);
  em.persist(run);
  for (const [position, { adapter, weight, statistics }] of members.entries()) {
    em.persist(
      em.create(FusionMember, { run: ref(run), adapter: ref(adapter), position, weight, statistics } as never),
    );
  }
  run.queueJob = await context.queue.send(em, { kind: 'FUSION', id: run.id });
  await announce(em, run);
  return run;
}

function fingerprint({ backend }: ServiceContext, prepared: PreparedFusion, settings: RunSettings): string {
  const { row, wrapped, options, space, members } = prepared;
  return fingerprintOf({
    strategy: [`${row.key}@${row.version}`, ...wrapped].join(' over '),
    options,
    // Of strategies that need none the fingerprint is what it was before there were any.
    members: members.map(({ adapter: { digest }, weight, statistics }) =>
      statistics === null ? ([digest, weight] as const) : ([digest, weight, statistics] as const),
    ),
    space,
    outputRank: settings.outputRank,
    seed: settings.seed,
    backend,
  });
}

/** One that was scored on all the tasks that this request asks for, on the same split, asked the same way. */
async function findFinished(
  em: EntityManager,
  context: ServiceContext,
  prepared: PreparedFusion,
  settings: RunSettings,
): Promise<FusionRun | null> {
  const runs = await em.find(
    FusionRun,
    {
      fingerprint: fingerprint(context, prepared, settings),
      state: RunState.SUCCEEDED,
      evaluationSplit: settings.evaluationSplit,
    },
    { orderBy: { createdAt: 'asc' } },
  );
  const base = prepared.members[0]!.adapter.base.getEntity();
  const holds = (run: FusionRun): boolean =>
    prepared.evaluateOn.every(
      (task) => run.evaluateOn.includes(task.id) && isSameWay(wayOf(base, task, run), wayOf(base, task, settings)),
    );
  return runs.find(holds) ?? null;
}
