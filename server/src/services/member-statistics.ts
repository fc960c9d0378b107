import type { EntityManager } from '@mikro-orm/postgresql';
import type { Strategy } from '@crucible/sdk';
import type { CheckedMember, Incompatibility } from '@crucible/sdk/host';
import { StatisticsKindName, type Adapter } from '../entities/index.js';
import { findStatistics } from './find-statistics.js';

interface Member {
  readonly adapter: Adapter;
  readonly weight: number;
}

/** Each member with the digest of the statistics that the strategy needs of it, where there are some. */
export async function withStatistics<Given extends Member>(
  em: EntityManager,
  { needs }: Pick<Strategy, 'needs'>,
  members: readonly Given[],
): Promise<(Given & { readonly statistics: string | null })[]> {
  const found =
    needs.statistics === undefined
      ? []
      : await findStatistics(
          em,
          StatisticsKindName[needs.statistics],
          members.map(({ adapter }) => adapter),
        );
  return members.map((member, index) => ({ ...member, statistics: found[index] ?? null }));
}

/** What the check of a fusion is told about them. */
export function kindsOf(
  { needs }: Pick<Strategy, 'needs'>,
  statistics: string | null,
): Pick<CheckedMember, 'statistics'> {
  return needs.statistics === undefined || statistics === null ? {} : { statistics: [needs.statistics] };
}

/** Says of missing statistics which mutation makes them. */
export function tellMutation<Issue extends Pick<Incompatibility, 'message' | 'path'> & { readonly code: string }>(
  issue: Issue,
  { needs }: Pick<Strategy, 'needs'>,
  members: readonly Member[],
): Issue {
  if (issue.code !== 'STATISTICS_MISSING') return issue;
  const index = issue.path.at(-1);
  const adapter = typeof index === 'number' ? members[index]?.adapter.id : undefined;
  const mutation = `computeStatistics(input: { adapter: "${adapter ?? '…'}", kind: ${needs.statistics} })`;
  return { ...issue, message: `${issue.message} The mutation is ${mutation}.` };
}
