import { ref, type EntityManager } from '@mikro-orm/postgresql';
import { wakeWorkers } from '../changes/index.js';
import { Adapter, ExportFormat, ExportRun, type ExportDtype } from '../entities/index.js';
import { announce, type JobQueue } from '../jobs/index.js';
import { findById } from './find-by-id.js';
import { InvalidOptions, NotFound } from './problems.js';

export interface ExportAdapterInput {
  readonly adapter: string;
  readonly format: ExportFormat;
  readonly maxRank?: number | undefined;
  readonly dtype?: ExportDtype | undefined;
  readonly maxShardBytes?: number | undefined;
}

/** Least bytes of one file of weights: a smaller cap would only make many files. */
const LEAST_SHARD_BYTES = 2 ** 20;

/** Queues the writing of one adapter in a form that other programs load. */
export async function exportAdapter(
  em: EntityManager,
  { queue }: { readonly queue: JobQueue },
  input: ExportAdapterInput,
): Promise<ExportRun | InvalidOptions | NotFound> {
  const adapter = await findById(em, Adapter, input.adapter, ['base']);
  if (adapter === null) return new NotFound('adapter', input.adapter, ['adapter']);
  const issues = checkExport(input, adapter);
  if (issues.length) return new InvalidOptions(issues);
  return em.transactional(async (em) => {
    const run = em.create(ExportRun, {
      adapter: ref(adapter),
      format: input.format,
      maxRank: input.maxRank ?? null,
      dtype: input.dtype ?? null,
      maxShardBytes: input.maxShardBytes ?? null,
    } as never);
    run.queueJob = await queue.send(em, { kind: 'EXPORT', id: run.id });
    em.persist(run);
    await em.flush();
    await announce(em, run);
    await wakeWorkers(em);
    return run;
  });
}

function checkExport(
  { format, maxRank, maxShardBytes }: ExportAdapterInput,
  adapter: Adapter,
): { code: string; message: string; path: string[] }[] {
  const issues: { code: string; message: string; path: string[] }[] = [];
  const merged = format === ExportFormat.MERGED_MODEL;
  if (maxRank !== undefined && merged) {
    issues.push({
      code: 'EXPORT_OPTION_FOREIGN',
      message: 'A merged model has no rank; leave maxRank out.',
      path: ['maxRank'],
    });
  } else if (maxRank !== undefined && !(maxRank >= 1 && maxRank <= 65_536)) {
    const message = `The rank is ${maxRank}; give one from 1 to 65536.`;
    issues.push({ code: 'OUTPUT_RANK_INVALID', message, path: ['maxRank'] });
  }
  if (maxShardBytes !== undefined && !merged) {
    const message = 'A PEFT folder has one file of weights; leave maxShardBytes out.';
    issues.push({ code: 'EXPORT_OPTION_FOREIGN', message, path: ['maxShardBytes'] });
  } else if (
    maxShardBytes !== undefined &&
    !(Number.isSafeInteger(maxShardBytes) && maxShardBytes >= LEAST_SHARD_BYTES)
  ) {
    const message = `The size of a file is ${maxShardBytes}; give a whole number from ${LEAST_SHARD_BYTES}.`;
    issues.push({ code: 'SHARD_SIZE_INVALID', message, path: ['maxShardBytes'] });
  }
  if (merged && Object.keys(adapter.base.getEntity().files).length === 0) {
    const message = `The weights of "${adapter.base.getEntity().name}" are not here, its name alone is known; export the adapter as PEFT.`;
    issues.push({ code: 'BASE_WITHOUT_WEIGHTS', message, path: ['adapter'] });
  }
  return issues;
}
