import { Field, Int, ObjectType, type ClassType } from 'type-graphql';
import type { Node } from '../../entities/index.js';

@ObjectType({ description: 'Where a page lies in its list.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether there are items after this page.' })
  readonly hasNextPage!: boolean;
  @Field(() => Boolean, { description: 'Whether there are items before this page.' })
  readonly hasPreviousPage!: boolean;
  @Field(() => String, { nullable: true, description: 'Cursor of the first item of the page.' })
  readonly startCursor!: string | null;
  @Field(() => String, { nullable: true, description: 'Cursor of the last item: `after` for the next page.' })
  readonly endCursor!: string | null;
}

/** One page of a list. The whole is counted only when somebody asks. */
export interface Page<Item extends Node> {
  readonly edges: readonly { readonly node: Item; readonly cursor: string }[];
  readonly pageInfo: PageInfo;
  readonly count: () => Promise<number>;
}

/** The connection type of a node type, as Relay specifies it, with `nodes` for those who need no cursors and `totalCount`. */
export function connectionType<Item extends Node>(
  name: string,
  item: ClassType<Item> | (abstract new () => Item),
): ClassType {
  const node = (): ClassType<Item> => item as ClassType<Item>;

  @ObjectType(`${name}Edge`, { description: `One ${name} in a page, and its place.` })
  class Edge {
    @Field(node, { description: `The ${name}.` })
    readonly node!: Item;
    @Field(() => String, { description: 'Its place in the list: `after` for what follows it.' })
    readonly cursor!: string;
  }

  @ObjectType(`${name}Connection`, { description: `A page of a list of ${name}.` })
  class Connection {
    @Field(() => [Edge], { description: 'The items with their cursors.' })
    readonly edges!: readonly Edge[];
    @Field(() => PageInfo, { description: 'Where the page lies in the list.' })
    readonly pageInfo!: PageInfo;
    readonly count!: () => Promise<number>;

    @Field(() => [item as ClassType<Item>], { description: 'The items alone.' })
    nodes(): readonly Item[] {
      return this.edges.map((edge) => edge.node);
    }

    @Field(() => Int, { description: 'Items of the whole list, all pages of it.' })
    async totalCount(): Promise<number> {
      return await this.count();
    }
  }
  return Connection;
}
