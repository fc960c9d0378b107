import { createHash } from 'node:crypto';
import { ref, type EntityManager } from '@mikro-orm/postgresql';
import { wakeWorkers } from '../changes/index.js';
import {
  Analysis,
  RunState,
  type AnalysedMember,
  type AnalysedTask,
  type AnalysisKind,
  type BaseModel,
} from '../entities/index.js';
import { announce, type JobQueue } from '../jobs/index.js';
import { canonicalJson } from '../services/canonical-json.js';

/** Grows when the data of a kind changes for equal questions. */
const VERSION = 1;

/** A question that nothing stands in the way of. */
export interface AnalysisDraft<Kind extends Analysis> {
  readonly entity: new () => Kind;
  readonly kind: AnalysisKind;
  readonly name: string | null;
  readonly base: BaseModel;
  readonly members: readonly AnalysedMember[];
  readonly tasks: readonly AnalysedTask[];
  readonly question: object;
  readonly seed: number;
}

/** All that the data depends on: contents by their digests, and never what things are called. */
export function fingerprintOf(draft: AnalysisDraft<Analysis>, backend: string): string {
  const { kind, base, members, tasks, question, seed } = draft;
  const parts = {
    version: VERSION,
    kind,
    base: base.digest,
    members: members.map(({ digest, weight, statistics }) => [digest, weight, statistics]),
    tasks: tasks.map(({ digest, head }) => [digest, head]),
    question,
    seed,
    backend,
  };
  return createHash('sha256').update(canonicalJson(parts)).digest('hex');
}

/** Queues an analysis. What was computed, or is being computed, already is answered as it is. */
export async function queueAnalysis<Kind extends Analysis>(
  em: EntityManager,
  { queue, backend }: { readonly queue: JobQueue; readonly backend: string },
  draft: AnalysisDraft<Kind>,
): Promise<Kind> {
  const fingerprint = fingerprintOf(draft, backend);
  return em.transactional(async (em) => {
    // Of two that ask at once the second finds what the first has queued.
    await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 0))', [fingerprint]);
    const known = await em.findOne(
      Analysis,
      { fingerprint, state: { $nin: [RunState.FAILED, RunState.CANCELLED] } },
      { orderBy: { createdAt: 'asc' } },
    );
    if (known !== null) return known as unknown as Kind;
    const { entity, name, base, members, tasks, question, seed } = draft;
    const analysis = em.create(
      entity as new () => Analysis,
      {
        kind: draft.kind,
        name,
        base: ref(base),
        members: [...members],
        tasks: [...tasks],
        question: { ...question },
        seed,
        fingerprint,
      } as never,
    );
    analysis.queueJob = await queue.send(em, { kind: 'ANALYSIS', id: analysis.id });
    em.persist(analysis);
    await em.flush();
    await announce(em, analysis);
    await wakeWorkers(em);
    return analysis as unknown as Kind;
  });
}
