import { PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Field, ID, InterfaceType } from 'type-graphql';
import { DateTime } from '../scalars/index.js';
import { newId } from './new-id.js';

/** Everything that has an identity. */
@InterfaceType('Node', { description: 'Everything that has an identity.' })
export abstract class Node {
  @Field(() => ID)
  @PrimaryKey({ type: 'uuid' })
  id: string = newId();

  @Field(() => DateTime)
  @Property({ type: 'datetime', length: 3 })
  createdAt: Date = new Date();
}
