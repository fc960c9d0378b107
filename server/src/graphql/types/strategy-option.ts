import type { OptionDescription } from '@crucible/sdk';
import { Field, Float, Int, ObjectType, registerEnumType } from 'type-graphql';
import { describeBounds } from '../strategy-types/describe-bounds.js';
import { screamingSnakeCase } from '../strategy-types/type-names.js';

export enum StrategyOptionType {
  FLOAT = 'FLOAT',
  INT = 'INT',
  BOOLEAN = 'BOOLEAN',
  STRING = 'STRING',
  ENUM = 'ENUM',
  OBJECT = 'OBJECT',
  LIST = 'LIST',
}
registerEnumType(StrategyOptionType, {
  name: 'StrategyOptionType',
  description: 'What kind of value an option takes.',
});

/** One option of a strategy, for forms: what the input type says, in a shape that a form can walk. */
@ObjectType({ description: 'One option of a strategy: all that a form needs.' })
export class StrategyOption {
  @Field(() => String, { description: 'Its field in the input type of the strategy.' })
  readonly name: string;
  @Field(() => StrategyOptionType, { description: 'What kind of value it takes.' })
  readonly type: StrategyOptionType;
  @Field(() => String, { description: 'What it does.' })
  readonly description: string;
  @Field(() => Boolean, { description: 'Whether it may not be left out.' })
  readonly required: boolean;
  @Field(() => Boolean, { description: 'Whether null is a value of it.' })
  readonly nullable: boolean;
  @Field(() => String, {
    nullable: true,
    description: 'Its default as a GraphQL literal, such as 0.2, PAPER or [1, 2].',
  })
  readonly default: string | null;
  @Field(() => Float, { nullable: true, description: 'Smallest number, itself allowed.' })
  readonly min: number | null;
  @Field(() => Float, { nullable: true, description: 'Greatest number, itself allowed.' })
  readonly max: number | null;
  @Field(() => Float, { nullable: true, description: 'Numbers must be greater than this.' })
  readonly greaterThan: number | null;
  @Field(() => Float, { nullable: true, description: 'Numbers must be less than this.' })
  readonly lessThan: number | null;
  @Field(() => Int, { nullable: true, description: 'Least characters of a STRING, or items of a LIST.' })
  readonly minLength: number | null;
  @Field(() => Int, { nullable: true, description: 'Most characters of a STRING, or items of a LIST.' })
  readonly maxLength: number | null;
  @Field(() => String, { description: 'The range in words; empty where any value will do.' })
  readonly range: string;
  @Field(() => [String], {
    nullable: true,
    description: 'Values of an ENUM, or of a LIST of them, as GraphQL spells them.',
  })
  readonly values: readonly string[] | null;
  @Field(() => StrategyOptionType, { nullable: true, description: 'What the items of a LIST are.' })
  readonly itemType: StrategyOptionType | null;
  @Field(() => [StrategyOption], { nullable: true, description: 'Fields of an OBJECT, or of a LIST of objects.' })
  readonly fields: readonly StrategyOption[] | null;

  constructor(option: OptionDescription) {
    const { item } = option;
    this.name = option.name;
    this.type = StrategyOptionType[option.type];
    this.description = option.description;
    this.required = option.required;
    this.nullable = option.nullable;
    this.default = option.default === undefined ? null : literal(option.default, option);
    this.min = option.minimum ?? item?.minimum ?? null;
    this.max = option.maximum ?? item?.maximum ?? null;
    this.greaterThan = option.exclusiveMinimum ?? item?.exclusiveMinimum ?? null;
    this.lessThan = option.exclusiveMaximum ?? item?.exclusiveMaximum ?? null;
    this.minLength = option.minLength ?? null;
    this.maxLength = option.maxLength ?? null;
    this.range = describeBounds(option);
    this.values = (option.values ?? item?.values)?.map(screamingSnakeCase) ?? null;
    this.itemType = item ? StrategyOptionType[item.type] : null;
    this.fields = (option.nested ?? item?.nested)?.map((field) => new StrategyOption(field)) ?? null;
  }
}

type Shape = Pick<OptionDescription, 'type'> & Partial<Pick<OptionDescription, 'item' | 'nested'>>;

/** A value as GraphQL writes it, which is JSON but for the spelling of enums and of the keys of objects. */
export function literal(value: unknown, shape: Shape): string {
  if (value === null || value === undefined) return 'null';
  if (shape.type === 'ENUM') return screamingSnakeCase(String(value));
  if (Array.isArray(value))
    return `[${value.map((each) => (shape.item ? literal(each, shape.item) : JSON.stringify(each))).join(', ')}]`;
  if (typeof value === 'object') {
    const fields = new Map(shape.nested?.map((field) => [field.name, field]));
    const parts = Object.entries(value).map(
      ([key, each]) => `${key}: ${literal(each, fields.get(key) ?? { type: 'STRING' })}`,
    );
    return `{${parts.join(', ')}}`;
  }
  return JSON.stringify(value);
}
