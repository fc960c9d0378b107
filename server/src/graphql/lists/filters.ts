import { Field, InputType } from 'type-graphql';
import { DateTime } from '../../scalars/index.js';
import { checkId } from './ids.js';

@InputType({ description: 'A span of time.' })
export class TimeRange {
  @Field(() => DateTime, { nullable: true, description: 'Not before this moment.' })
  from?: Date | null;
  @Field(() => DateTime, { nullable: true, description: 'Before this moment.' })
  until?: Date | null;
}

type Condition = Record<string, unknown>;
const isGiven = <T>(value: T | null | undefined): value is T => value !== undefined && value !== null;

/** Conditions of a filter's fields; a field that was left out adds none. `never` types nothing away: MikroORM checks names at run time. */
export const conditions = {
  equal: (property: string, value: unknown): Condition[] => (isGiven(value) ? [{ [property]: value }] : []),
  anyOf: (property: string, values: readonly unknown[] | null | undefined): Condition[] =>
    isGiven(values) ? [{ [property]: { $in: [...values] } }] : [],
  ids: (property: string, ids: readonly string[] | null | undefined, expected: string): Condition[] =>
    isGiven(ids) ? [{ [property]: { $in: ids.map((id) => checkId(id, expected)) } }] : [],
  id: (property: string, id: string | null | undefined, expected: string): Condition[] =>
    isGiven(id) ? [{ [property]: checkId(id, expected) }] : [],
  contains: (properties: readonly string[], text: string | null | undefined): Condition[] =>
    isGiven(text) && text !== ''
      ? [{ $or: properties.map((property) => ({ [property]: { $ilike: `%${text.replace(/[\\%_]/g, '\\$&')}%` } })) }]
      : [],
  during: (property: string, range: TimeRange | null | undefined): Condition[] => [
    ...(isGiven(range?.from) ? [{ [property]: { $gte: range.from } }] : []),
    ...(isGiven(range?.until) ? [{ [property]: { $lt: range.until } }] : []),
  ],
};
