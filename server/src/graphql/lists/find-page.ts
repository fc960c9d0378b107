import type { EntityManager, FilterQuery } from '@mikro-orm/postgresql';
import type { Node } from '../../entities/index.js';
import { apiErrors } from '../errors/api-errors.js';
import { toGraphQLError } from '../errors/to-graphql-error.js';
import { requestLimits } from '../limits/request-limits.js';
import type { Page } from './connection.js';
import { decodeCursor, encodeCursor } from './cursor.js';
import { checkSize } from './first-arg.js';
import { OrderDirection } from './order-direction.js';
import type { PageArgs } from './page-args.js';

export interface PageQuery<Entity extends Node> {
  readonly entity: abstract new () => Entity;
  readonly where: readonly FilterQuery<Entity>[];
  /** A property that is never null, and by which rows of equal value are then sorted by id: every row has one place. */
  readonly orderBy: keyof Entity & string;
  readonly direction: OrderDirection;
}

/**
 * One page in one query, by keyset: `(value, id)` after the cursor's. Rows that are added or removed meanwhile shift nothing.
 *
 * @throws INVALID_PAGE for sizes out of range, for a cursor of another list, and for `page` beside `first` or `after`.
 */
export async function findPage<Entity extends Node>(
  em: EntityManager,
  { entity, where, orderBy, direction }: PageQuery<Entity>,
  { first, after, page }: PageArgs,
): Promise<Page<Entity>> {
  if (page && ((first ?? null) !== null || (after ?? null) !== null)) {
    throw toGraphQLError(
      apiErrors.invalidPage({ problem: 'page was given beside first or after; give one of the two' }),
    );
  }
  if (page && !(page.offset >= 0)) {
    throw toGraphQLError(apiErrors.invalidPage({ problem: `page.offset is ${page.offset}; it is 0 or more` }));
  }
  const size = page ? checkSize(page.limit, 'page.limit') : checkSize(first ?? requestLimits.defaultPage);
  const list = `${entity.name}.${orderBy}.${direction}`;
  const filter = { $and: [...where] } as unknown as FilterQuery<Entity>;
  const place = after ? [afterCursor<Entity>(list, after, orderBy, direction)] : [];
  const way = direction === OrderDirection.ASC ? 'asc' : 'desc';
  const rows = await em.find<Node>(entity, { $and: [...where, ...place] } as never, {
    orderBy: [{ [orderBy]: way }, { id: way }] as never,
    limit: size + 1,
    offset: page?.offset ?? 0,
  });
  const edges = (rows as unknown as Entity[])
    .slice(0, size)
    .map((node) => ({ node, cursor: encodeCursor(list, { value: plain(node[orderBy]), id: node.id }) }));
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > size,
      hasPreviousPage: Boolean(after) || (page?.offset ?? 0) > 0,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    count: async () => await em.count<Node>(entity, filter as never),
  };
}

function afterCursor<Entity extends Node>(
  list: string,
  cursor: string,
  orderBy: keyof Entity & string,
  direction: OrderDirection,
): FilterQuery<Entity> {
  const { value, id } = decodeCursor(list, cursor);
  const beyond = direction === OrderDirection.ASC ? '$gt' : '$lt';
  const bound = orderBy === 'createdAt' ? new Date(value) : value;
  return {
    $or: [{ [orderBy]: { [beyond]: bound } }, { [orderBy]: bound, id: { [beyond]: id } }],
  } as unknown as FilterQuery<Entity>;
}

const plain = (value: unknown): string | number =>
  value instanceof Date ? value.toISOString() : typeof value === 'number' ? value : String(value);
