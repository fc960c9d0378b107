import { Entity, Property } from '@mikro-orm/decorators/legacy';
import { Field, ObjectType } from 'type-graphql';
import { DateTime } from '../scalars/index.js';
import { Node } from './node.js';

/** A comparison under a name: what is compared and how it is shown, as the console writes it into an address. What it shows is reckoned anew each time. */
@ObjectType('SavedComparison', {
  implements: Node,
  description: 'A comparison under a name, to find and share; what it shows is reckoned anew each time.',
})
@Entity({ tableName: 'saved_comparison' })
export class SavedComparison extends Node {
  @Field(() => String, { description: 'Its name, for people; not unique.' })
  @Property({ type: 'text' })
  name!: string;

  @Field(() => String, {
    description:
      'What is compared and how it is shown: the query of the console’s address /compare, without its question mark.',
  })
  @Property({ type: 'text' })
  state!: string;

  @Field(() => DateTime, { description: 'When it was last changed.' })
  @Property({ type: 'datetime', length: 3 })
  updatedAt: Date = new Date();
}
