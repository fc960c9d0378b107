import type { EntityManager } from '@mikro-orm/postgresql';
import { AnalysisKind, SplitName, TangentDistanceAnalysis } from '../entities/index.js';
import {
  Problem,
  type IncompatibleAdapters,
  type InvalidOptions,
  type NotFound,
  type QuotaExceeded,
} from '../services/problems.js';
import type { ServiceContext } from '../services/service-context.js';
import { checkNumbers, findAdapters, findTasks, memberOf } from './find-subjects.js';
import { queueAnalysis } from './queue-analysis.js';

export interface TangentInput {
  readonly name?: string | undefined;
  readonly adapter: string;
  /** Absent: the adapter's own. */
  readonly task?: string | undefined;
  readonly split?: SplitName | undefined;
  readonly examples?: number | undefined;
  readonly seed?: number | undefined;
}

/** Ratios of norms settle within a few hundred rows. */
const EXAMPLES = 128;

export async function askTangentDistance(
  em: EntityManager,
  context: ServiceContext,
  input: TangentInput,
): Promise<TangentDistanceAnalysis | InvalidOptions | NotFound | IncompatibleAdapters | QuotaExceeded> {
  const { split = SplitName.VALIDATION, examples = EXAMPLES, seed = 0 } = input;
  const problem = checkNumbers({ name: input.name, seed, examples });
  if (problem) return problem;
  const adapters = await findAdapters(em, [input.adapter], () => ['adapter'], { weights: true });
  if (adapters instanceof Problem) return adapters;
  const adapter = adapters[0]!;
  const base = adapter.base.getEntity();
  const asked = [{ id: input.task ?? adapter.task?.id ?? null, path: ['task'], of: adapter.name }];
  const tasks = await findTasks(em, base, asked, [split]);
  if (tasks instanceof Problem) return tasks;
  return queueAnalysis(em, context, {
    entity: TangentDistanceAnalysis,
    kind: AnalysisKind.TANGENT_DISTANCE,
    name: input.name ?? null,
    base,
    members: [memberOf(adapter)],
    tasks,
    question: { split, examples },
    seed,
  });
}
