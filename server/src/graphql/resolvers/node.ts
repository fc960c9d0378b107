import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { entities, ExperimentCell, ExperimentPart, Node } from '../../entities/index.js';
import type { ApiContext } from '../context/api-context.js';
import { checkId } from '../lists/ids.js';

/** Rows that are part of another object, and no object of the API themselves. */
const INNER: readonly unknown[] = [ExperimentCell, ExperimentPart];
const visible = entities.filter((entity) => !INNER.includes(entity));

@Resolver()
export class NodeResolver {
  @Query(() => Node, { nullable: true, description: 'Whatever has this id; null where nothing has.' })
  async node(
    @Arg('id', () => ID, { description: 'Any id that the API has given.' }) id: string,
    @Ctx() { em }: ApiContext,
  ): Promise<Node | null> {
    const uuid = checkId(id);
    const tables = visible.map((entity) => em.getMetadata().get<Node>(entity).tableName);
    const union = tables
      .map((table, index) => `select ${index} as place from "${table}" where "id" = ?`)
      .join(' union all ');
    const [found] = await em.execute<{ place: number }[]>(
      union,
      tables.map(() => uuid),
    );
    const entity = found && visible[found.place];
    return entity ? await em.findOne<Node>(entity, { id: uuid }) : null;
  }
}
