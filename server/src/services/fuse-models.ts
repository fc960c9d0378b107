import { ref, type EntityManager } from '@mikro-orm/postgresql';
import { strategiesOf } from '@crucible/sdk/host';
import { planModelFusion } from '@crucible/sdk/model';
import { wakeWorkers } from '../changes/index.js';
import { FusionStrategy, ModelDtype, ModelFusionRun, RunState, VocabularyRule } from '../entities/index.js';
import { announce } from '../jobs/index.js';
import { checkModels, checkNumbers, findModels } from './check-models.js';
import { checkModelSchedules } from './check-schedules.js';
import { modelFingerprintOf } from './fingerprint.js';
import type { StrategyChoice } from './inputs.js';
import { IncompatibleModels, InvalidOptions, NotFound, QuotaExceeded, StrategyUnavailable } from './problems.js';
import type { ServiceContext } from './service-context.js';
import { serviceLimits } from './service-limits.js';
import { wrappedVersions } from './wrapped-versions.js';

export interface FuseModelsInput {
  readonly name?: string | undefined;
  /** What all models were fine-tuned from. */
  readonly base: string;
  readonly models: readonly { readonly id: string; readonly weight?: number | undefined }[];
  readonly strategy: StrategyChoice;
  readonly dtype?: ModelDtype | undefined;
  readonly maxShardBytes?: number | undefined;
  readonly vocabulary?: VocabularyRule | undefined;
  readonly seed?: number | undefined;
  /** Answer with a finished run of the same fingerprint where there is one. */
  readonly reuse?: boolean | undefined;
}

export type FuseModelsProblem = InvalidOptions | IncompatibleModels | StrategyUnavailable | NotFound | QuotaExceeded;

/** Queues a fusion of whole models; with `reuse`, answers with a finished one of the same fingerprint where there is one. What the rows and the strategy rule out is answered here, and reaches no worker. */
export async function fuseModels(
  em: EntityManager,
  { plugins, queue, blobs, backend }: Pick<ServiceContext, 'plugins' | 'queue' | 'blobs' | 'backend'>,
  input: FuseModelsInput,
): Promise<ModelFusionRun | FuseModelsProblem> {
  const quota = checkSizes(input);
  if (quota) return quota;
  const numbers = checkNumbers(input);
  if (numbers.length > 0) return new InvalidOptions(numbers);
  const { id } = input.strategy;
  const installed = plugins.strategies.get(id);
  const version = installed?.plugin.version;
  const row = version && (await em.findOne(FusionStrategy, { key: id, version, available: true }));
  if (!installed || !row) {
    const known = [...plugins.strategies.keys()].join(', ');
    return new StrategyUnavailable(`There is no working strategy "${id}"; the strategies are: ${known || 'none'}.`);
  }
  const found = await findModels(em, [
    { id: input.base, path: ['base'] },
    ...input.models.map(({ id }, index) => ({ id, path: ['models', index, 'id'] })),
  ]);
  if (found instanceof NotFound) return found;
  const [base, ...models] = found;
  const weighted = input.models.map(({ weight = 1 }) => ({ weight }));
  const planned = planModelFusion({
    strategy: installed.strategy,
    strategies: strategiesOf(plugins),
    options: input.strategy.options,
    models: weighted,
  });
  if (!planned.ok && planned.issues.length > 0) {
    return new InvalidOptions(
      planned.issues.map(({ path, message }) => ({
        code: 'OPTIONS_INVALID',
        message,
        path: ['strategy', id, ...path],
      })),
    );
  }
  const problems = planned.ok ? [] : planned.problems;
  const issues = [
    ...problems.map((message) => ({ code: 'STRATEGY_NOT_FOR_MODELS', message, path: ['strategy'] })),
    ...checkModels(
      base!,
      models.map((model, index) => ({ model, path: ['models', index, 'id'] })),
    ),
  ];
  if (!planned.ok || issues.length > 0) return new IncompatibleModels(issues);
  const scheduled = await checkModelSchedules(blobs, {
    strategy: installed.strategy,
    strategies: strategiesOf(plugins),
    options: planned.options,
    files: base!.files,
    weights: weighted.map(({ weight }) => weight),
  });
  if (scheduled.length > 0) return new InvalidOptions(scheduled);
  const { dtype = ModelDtype.KEEP, maxShardBytes = null, vocabulary = VocabularyRule.REFUSE, seed = 0 } = input;
  const wrapped = wrappedVersions(installed.strategy, planned.options, plugins);
  const fingerprint = modelFingerprintOf({
    strategy: [`${row.key}@${row.version}`, ...wrapped].join(' over '),
    options: planned.options,
    base: base!.digest,
    models: models.map(({ digest }, index) => [digest, weighted[index]!.weight]),
    dtype,
    maxShardBytes,
    vocabulary,
    seed,
    backend,
  });
  if (input.reuse === true) {
    const same = { fingerprint, state: RunState.SUCCEEDED, output: { $ne: null } };
    const finished = await em.findOne(ModelFusionRun, same, { orderBy: { createdAt: 'asc' } });
    if (finished !== null) return finished;
  }
  return em.transactional(async (em) => {
    const run = em.create(ModelFusionRun, {
      name: input.name ?? `${row.title} of ${models.length} models`,
      base: ref(base!),
      models: models.map(({ id }, index) => ({ model: id, ...weighted[index]! })),
      strategy: ref(row),
      strategyVersion: row.version,
      options: { ...planned.options },
      dtype,
      vocabulary,
      maxShardBytes,
      seed,
      fingerprint,
    } as never);
    run.queueJob = await queue.send(em, { kind: 'MODEL_FUSION', id: run.id });
    em.persist(run);
    await em.flush();
    await announce(em, run);
    await wakeWorkers(em);
    return run;
  });
}

function checkSizes({ name, models }: FuseModelsInput): QuotaExceeded | undefined {
  if ((name?.length ?? 0) > serviceLimits.nameLength) {
    return new QuotaExceeded('characters of the name', name!.length, serviceLimits.nameLength, ['name']);
  }
  if (models.length > serviceLimits.fusedModels) {
    return new QuotaExceeded('models of one fusion', models.length, serviceLimits.fusedModels, ['models']);
  }
  return undefined;
}
