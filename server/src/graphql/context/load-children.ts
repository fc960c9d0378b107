import type { EntityManager, EntityMetadata } from '@mikro-orm/postgresql';
import type { Node } from '../../entities/index.js';

type EntityClass<Entity> = abstract new () => Entity;

export interface ChildrenQuery<Entity extends Node> {
  readonly entity: EntityClass<Entity>;
  /** Property that points at the parent; with `through`, a property of that entity. */
  readonly by: string;
  /** A table between the two: its `to` points at the child. */
  readonly through?: { readonly entity: EntityClass<Node>; readonly to: string };
  /** Equalities over properties of the table that `by` is of; a list means any of them, null means none. */
  readonly where?: Readonly<Record<string, string | number | null | readonly string[]>>;
  /** Property to sort by, then by id; newest first unless said otherwise. */
  readonly order?: { readonly by: string; readonly direction: 'asc' | 'desc' };
  readonly first: number;
}

/**
 * The first `first` children of every parent in two queries, however many parents there are: a window function numbers each parent's
 * children, then the rows are read by their ids. A limit on a plain join would cut the last parents short.
 */
export async function loadChildren<Entity extends Node>(
  em: EntityManager,
  parents: readonly string[],
  query: ChildrenQuery<Entity>,
): Promise<readonly (readonly Entity[])[]> {
  const between = em.getMetadata().get<Node>(query.through?.entity ?? query.entity);
  const parent = column(between, query.by);
  const child = column(between, query.through?.to ?? 'id');
  const order = query.order ?? { by: 'id', direction: 'desc' as const };
  const conditions = [`${parent} = any(?)`];
  const parameters: unknown[] = [textArray(parents)];
  for (const [property, value] of Object.entries(query.where ?? {})) {
    const name = column(between, property);
    if (value === null) conditions.push(`${name} is null`);
    else if (typeof value === 'object') {
      conditions.push(`${name}::text = any(?)`);
      parameters.push(textArray(value));
    } else {
      conditions.push(`${name} = ?`);
      parameters.push(value);
    }
  }
  const sql = `select parent, child from (
      select ${parent} as parent, ${child} as child,
        row_number() over (partition by ${parent} order by ${column(between, order.by)} ${order.direction}, "id" ${order.direction}) as place
      from "${between.tableName}" where ${conditions.join(' and ')}
    ) as numbered where place <= ? order by parent, place`;
  const rows = await em.execute<{ parent: string; child: string }[]>(sql, [...parameters, query.first]);
  const ids = [...new Set(rows.map(({ child }) => child))];
  const found = ids.length === 0 ? [] : await em.find<Node>(query.entity, { id: { $in: ids } });
  const byId = new Map(found.map((entity) => [entity.id, entity as Entity]));
  const grouped = new Map<string, Entity[]>();
  for (const row of rows) {
    const entity = byId.get(row.child);
    if (!entity) continue;
    const list = grouped.get(row.parent);
    if (list) list.push(entity);
    else grouped.set(row.parent, [entity]);
  }
  return parents.map((id) => grouped.get(id) ?? []);
}

function column(metadata: EntityMetadata<Node>, property: string): string {
  const field = (metadata.properties as Record<string, { fieldNames?: string[] }>)[property]?.fieldNames?.[0];
  if (field === undefined) throw new Error(`${metadata.className} has no column for "${property}"`);
  return `"${field}"`;
}

/** An array as PostgreSQL writes it: MikroORM would spread a JavaScript array over several parameters. */
const textArray = (values: readonly string[]): string =>
  `{${values.map((value) => `"${value.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
