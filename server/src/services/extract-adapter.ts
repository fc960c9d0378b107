import { ref, type EntityManager } from '@mikro-orm/postgresql';
import { checkpointLimits } from '@crucible/engine/checkpoints';
import { wakeWorkers } from '../changes/index.js';
import { ExtractionRun } from '../entities/index.js';
import { announce, type JobQueue } from '../jobs/index.js';
import { checkModels, findModels, type ModelIssue } from './check-models.js';
import { IncompatibleModels, InvalidOptions, NotFound, QuotaExceeded } from './problems.js';
import { serviceLimits } from './service-limits.js';

export interface ExtractAdapterInput {
  readonly name?: string | undefined;
  readonly base: string;
  readonly model: string;
  readonly rank?: number | undefined;
  readonly energy?: number | undefined;
  readonly targets?: readonly string[] | undefined;
}

/** Queues the extraction of an adapter from a fine-tuned checkpoint. */
export async function extractAdapter(
  em: EntityManager,
  { queue }: { readonly queue: JobQueue },
  input: ExtractAdapterInput,
): Promise<ExtractionRun | InvalidOptions | IncompatibleModels | NotFound | QuotaExceeded> {
  const { rank, energy, targets } = input;
  if ((input.name?.length ?? 0) > serviceLimits.nameLength) {
    return new QuotaExceeded('characters of the name', input.name!.length, serviceLimits.nameLength, ['name']);
  }
  if ((targets?.length ?? 0) > serviceLimits.targets) {
    return new QuotaExceeded('targets', targets!.length, serviceLimits.targets, ['targets']);
  }
  const options = checkExtraction(input);
  if (options.length > 0) return new InvalidOptions(options);
  const found = await findModels(em, [
    { id: input.base, path: ['base'] },
    { id: input.model, path: ['model'] },
  ]);
  if (found instanceof NotFound) return found;
  const [base, model] = [found[0]!, found[1]!];
  const issues = checkModels(base, [{ model, path: ['model'] }]);
  if (issues.length > 0) return new IncompatibleModels(issues);
  return em.transactional(async (em) => {
    const run = em.create(ExtractionRun, {
      name: input.name ?? `${model.name} as an adapter`.slice(0, serviceLimits.nameLength),
      base: ref(base),
      model: ref(model),
      rank: rank ?? null,
      energy: energy ?? null,
      targets: targets ? [...targets] : null,
    } as never);
    run.queueJob = await queue.send(em, { kind: 'EXTRACTION', id: run.id });
    em.persist(run);
    await em.flush();
    await announce(em, run);
    await wakeWorkers(em);
    return run;
  });
}

function checkExtraction({ rank, energy, targets }: ExtractAdapterInput): readonly ModelIssue[] {
  const issues: ModelIssue[] = [];
  const most = checkpointLimits.extractedRank;
  const refuse = (message: string, path: string): void =>
    void issues.push({ code: 'OPTIONS_INVALID', message, path: [path] });
  if (rank === undefined && energy === undefined) refuse('Neither rank nor energy is given; give one of them.', 'rank');
  if (rank !== undefined && !(Number.isSafeInteger(rank) && rank >= 1 && rank <= most)) {
    refuse(`The rank is ${rank}; give one from 1 to ${most}.`, 'rank');
  }
  if (energy !== undefined && !(energy > 0 && energy < 1)) {
    refuse(`The energy is ${energy}; give a number above 0 and below 1.`, 'energy');
  }
  if (targets?.length === 0) refuse('The list of targets is empty; name layers, or leave it out.', 'targets');
  return issues;
}
