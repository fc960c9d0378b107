import type { EntityManager } from '@mikro-orm/postgresql';
import { diagnosticsLimits } from '@crucible/engine/diagnostics';
import { AnalysisKind, CosineAnalysis } from '../entities/index.js';
import {
  InvalidOptions,
  Problem,
  QuotaExceeded,
  type IncompatibleAdapters,
  type NotFound,
} from '../services/problems.js';
import type { ServiceContext } from '../services/service-context.js';
import { checkNumbers, findAdapters, memberOf } from './find-subjects.js';
import { queueAnalysis } from './queue-analysis.js';

export interface CosineInput {
  readonly name?: string | undefined;
  readonly adapters: readonly string[];
}

export async function askCosine(
  em: EntityManager,
  context: ServiceContext,
  { name, adapters: ids }: CosineInput,
): Promise<CosineAnalysis | InvalidOptions | NotFound | IncompatibleAdapters | QuotaExceeded> {
  const limit = diagnosticsLimits.adapters;
  if (ids.length > limit) return new QuotaExceeded('adapters of one comparison', ids.length, limit, ['adapters']);
  if (ids.length < 2) {
    const message = `Cosines are between adapters, and there are ${ids.length}; give 2 or more.`;
    return new InvalidOptions([{ code: 'ADAPTERS_MISSING', message, path: ['adapters'] }]);
  }
  const problem = checkNumbers({ name, seed: 0 });
  if (problem) return problem;
  const adapters = await findAdapters(em, ids, (index) => ['adapters', index], { weights: false });
  if (adapters instanceof Problem) return adapters;
  return queueAnalysis(em, context, {
    entity: CosineAnalysis,
    kind: AnalysisKind.COSINE,
    name: name ?? null,
    base: adapters[0]!.base.getEntity(),
    members: adapters.map((adapter) => memberOf(adapter)),
    tasks: [],
    question: {},
    seed: 0,
  });
}
