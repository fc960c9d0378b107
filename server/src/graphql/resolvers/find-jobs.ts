import type { EntityManager } from '@mikro-orm/postgresql';
import {
  Analysis,
  Evaluation,
  Experiment,
  ExportRun,
  ExtractionRun,
  FusionRun,
  ImportRun,
  ModelFusionRun,
  StatisticsRun,
  Sweep,
  TrainingRun,
  type Node,
  type RunState,
} from '../../entities/index.js';
import type { AnyJob } from '../../services/index.js';
import { apiErrors } from '../errors/api-errors.js';
import { toGraphQLError } from '../errors/to-graphql-error.js';
import { requestLimits } from '../limits/request-limits.js';
import type { Page } from '../lists/connection.js';
import { decodeCursor, encodeCursor } from '../lists/cursor.js';
import { checkSize } from '../lists/first-arg.js';
import { OrderDirection } from '../lists/order-direction.js';
import type { PageArgs } from '../lists/page-args.js';

export enum JobKind {
  FUSION_RUN = 'FUSION_RUN',
  SWEEP = 'SWEEP',
  EVALUATION = 'EVALUATION',
  TRAINING_RUN = 'TRAINING_RUN',
  IMPORT_RUN = 'IMPORT_RUN',
  EXPORT_RUN = 'EXPORT_RUN',
  STATISTICS_RUN = 'STATISTICS_RUN',
  MODEL_FUSION_RUN = 'MODEL_FUSION_RUN',
  EXTRACTION_RUN = 'EXTRACTION_RUN',
  ANALYSIS = 'ANALYSIS',
  EXPERIMENT = 'EXPERIMENT',
}

const classes = {
  FUSION_RUN: FusionRun,
  SWEEP: Sweep,
  EVALUATION: Evaluation,
  TRAINING_RUN: TrainingRun,
  IMPORT_RUN: ImportRun,
  EXPORT_RUN: ExportRun,
  STATISTICS_RUN: StatisticsRun,
  MODEL_FUSION_RUN: ModelFusionRun,
  EXTRACTION_RUN: ExtractionRun,
  ANALYSIS: Analysis,
  EXPERIMENT: Experiment,
} as const satisfies Record<JobKind, abstract new () => AnyJob>;

interface JobPlace {
  readonly kind: JobKind;
  readonly id: string;
}

/** Rows of several tables by their ids, one query a table, in the order asked for. */
export async function loadJobs(em: EntityManager, places: readonly JobPlace[]): Promise<AnyJob[]> {
  const found = new Map<string, AnyJob>();
  for (const [kind, entity] of Object.entries(classes)) {
    const ids = places.filter((place) => place.kind === kind).map(({ id }) => id);
    if (ids.length === 0) continue;
    for (const job of await em.find<Node>(entity, { id: { $in: ids } })) found.set(job.id, job as AnyJob);
  }
  return places.flatMap(({ id }) => found.get(id) ?? []);
}

/** One list over the tables of jobs. Their ids are UUIDs of version 7, so that the order of ids is the order of time. */
export async function findJobs(
  em: EntityManager,
  filter: {
    readonly kinds: readonly JobKind[] | null;
    readonly states: readonly RunState[] | null;
    readonly direction: OrderDirection;
  },
  { first, after, page }: PageArgs,
): Promise<Page<AnyJob>> {
  if (page && ((first ?? null) !== null || (after ?? null) !== null)) {
    throw toGraphQLError(
      apiErrors.invalidPage({ problem: 'page was given beside first or after; give one of the two' }),
    );
  }
  if (page && !(page.offset >= 0)) {
    throw toGraphQLError(apiErrors.invalidPage({ problem: `page.offset is ${page.offset}; it is 0 or more` }));
  }
  const size = page ? checkSize(page.limit, 'page.limit') : checkSize(first ?? requestLimits.defaultPage);
  const list = `Job.${filter.direction}`;
  const parameters: unknown[] = [];
  const states = filter.states ? ` where "state"::text in (${filter.states.map(() => '?').join(', ') || 'null'})` : '';
  const kinds = filter.kinds ?? Object.values(JobKind);
  const union = kinds
    .map((kind) => {
      parameters.push(...(filter.states ?? []));
      return `select "id", '${kind}' as kind from "${em.getMetadata().get<Node>(classes[kind]).tableName}"${states}`;
    })
    .join(' union all ');
  if (union === '') return emptyPage;
  const counting = [...parameters];
  const isAscending = filter.direction === OrderDirection.ASC;
  const beyond = after ? ` where "id" ${isAscending ? '>' : '<'} ?` : '';
  if (after) parameters.push(decodeCursor(list, after).id);
  const places = await em.execute<JobPlace[]>(
    `select "id", kind from (${union}) as jobs${beyond} order by "id" ${isAscending ? 'asc' : 'desc'} limit ? offset ?`,
    [...parameters, size + 1, page?.offset ?? 0],
  );
  const jobs = await loadJobs(em, places.slice(0, size));
  const edges = jobs.map((node) => ({ node, cursor: encodeCursor(list, { value: 0, id: node.id }) }));
  return {
    edges,
    pageInfo: {
      hasNextPage: places.length > size,
      hasPreviousPage: Boolean(after) || (page?.offset ?? 0) > 0,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    count: async () => {
      const [row] = await em.execute<{ count: string }[]>(`select count(*) as count from (${union}) as jobs`, counting);
      return Number(row?.count ?? 0);
    },
  };
}

const emptyPage: Page<AnyJob> = {
  edges: [],
  pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
  count: async () => 0,
};
