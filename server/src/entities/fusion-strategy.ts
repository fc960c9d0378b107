import type { Ref } from '@mikro-orm/core';
import { Entity, Enum, ManyToOne, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, Int, ObjectType } from 'type-graphql';
import { FusionSpaceName, MemberOrder, StatisticsKindName, StrategyKind } from './enums.js';
import { Node } from './node.js';
import { Plugin } from './plugin.js';

@ObjectType({ description: 'Where a method was published.' })
export class Reference {
  @Field(() => String)
  title!: string;
  @Field(() => String, { nullable: true })
  authors?: string | undefined;
  @Field(() => Int, { nullable: true })
  year?: number | undefined;
  @Field(() => String, { nullable: true })
  arxiv?: string | undefined;
  @Field(() => String, { nullable: true })
  url?: string | undefined;
}

@ObjectType({ description: 'What must hold before a run of a strategy is queued.' })
export class StrategyNeeds {
  @Field(() => Int)
  minAdapters!: number;
  @Field(() => Int, { nullable: true })
  maxAdapters?: number | undefined;
  @Field(() => Boolean)
  sharedFrame!: boolean;
  @Field(() => Boolean)
  equalRank!: boolean;
  @Field(() => Boolean, { description: 'Whether it looks at scores on `validation` while it fuses.' })
  validation!: boolean;
  @Field(() => StatisticsKindName, {
    nullable: true,
    description: 'Statistics that it needs of every adapter on its own task; `computeStatistics` makes them.',
  })
  statistics?: StatisticsKindName | undefined;
  @Field(() => MemberOrder)
  order!: MemberOrder;
}

/** One fusion algorithm in one version. Runs point at the version that made them, also when it is gone. */
@ObjectType('FusionStrategy', { implements: Node, description: 'One fusion algorithm, in one version.' })
@Entity({ tableName: 'fusion_strategy' })
@Unique({ properties: ['key', 'plugin'] })
export class FusionStrategy extends Node {
  @Field(() => String, { description: 'Its field in `StrategyInput`, such as `taskArithmetic`.' })
  @Property({ type: 'text' })
  key!: string;

  @Field(() => String, { description: 'Version of the plugin that brought it.' })
  @Property({ type: 'text' })
  version!: string;

  @ManyToOne(() => Plugin, { ref: true, deleteRule: 'restrict' })
  plugin!: Ref<Plugin>;

  @Field(() => String)
  @Property({ type: 'text' })
  title!: string;

  @Field(() => String)
  @Property({ type: 'text' })
  description!: string;

  @Field(() => StrategyKind)
  @Enum({ items: () => StrategyKind, nativeEnumName: 'strategy_kind' })
  kind!: StrategyKind;

  @Field(() => [Reference])
  @Property({ type: 'json' })
  references!: Reference[];

  @Field(() => StrategyNeeds)
  @Property({ type: 'json' })
  needs!: StrategyNeeds;

  @Field(() => [FusionSpaceName], { description: 'Spaces it works in, the default first.' })
  @Property({ type: 'json' })
  spaces!: FusionSpaceName[];

  /** JSON Schema 2020-12 of its options, from the plugin's zod object. */
  @Property({ type: 'json' })
  optionsSchema!: Record<string, unknown>;

  @Field(() => Boolean, { description: 'Whether it can be used now: its plugin is installed and works.' })
  @Property({ type: 'boolean' })
  available!: boolean;
}
