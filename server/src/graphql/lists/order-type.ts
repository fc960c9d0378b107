import { Field, InputType, registerEnumType, type ClassType } from 'type-graphql';
import { OrderDirection } from './order-direction.js';

export interface Order<Property extends string> {
  readonly field: Property;
  readonly direction: OrderDirection;
}

/**
 * The input that sorts a list of `name`, with an enum of what it can be sorted by: enum value → property that is never null.
 * The first is the default, latest first.
 */
export function orderType<const Fields extends Readonly<Record<string, string>>>(
  name: string,
  fields: Fields,
): ClassType<Order<Fields[keyof Fields]>> {
  const [first] = Object.values(fields);
  registerEnumType(fields, {
    name: `${name}OrderField`,
    description: `What a list of ${name} can be sorted by; equal ones are sorted by id.`,
  });

  @InputType(`${name}Order`, { description: `How a list of ${name} is sorted.` })
  class OrderInput {
    @Field(() => fields as object, { defaultValue: first, description: 'What to sort by.' })
    readonly field: Fields[keyof Fields] = first as Fields[keyof Fields];
    @Field(() => OrderDirection, { defaultValue: OrderDirection.DESC, description: 'Which end comes first.' })
    readonly direction: OrderDirection = OrderDirection.DESC;
  }
  return OrderInput;
}
