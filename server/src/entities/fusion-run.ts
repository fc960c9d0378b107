import type { Ref } from '@mikro-orm/core';
import { Entity, Enum, Index, ManyToOne, OneToOne, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, Float, Int, ObjectType } from 'type-graphql';
import { Sha256 } from '../scalars/index.js';
import { Adapter } from './adapter.js';
import { AskedBy, FusionSpaceName, SplitName } from './enums.js';
import { FusionStrategy } from './fusion-strategy.js';
import { Job } from './job.js';
import { Node } from './node.js';
import { Sweep } from './sweep.js';

@ObjectType({ description: 'How much of one adapter’s update is left in the rows and columns that the output spans.' })
export class AdapterFidelity {
  @Field(() => Sha256)
  digest!: string;
  @Field(() => Float)
  retainedEnergy!: number;
}

/** How far the output is from the exact result of the same rule; norms are Frobenius norms over all modules. */
@ObjectType({
  description:
    'How far the output is from the exact result of the same rule. Norms are Frobenius norms over all modules.',
})
export class FidelityReport {
  @Field(() => FusionSpaceName)
  space!: FusionSpaceName;
  @Field(() => Boolean)
  exact!: boolean;
  @Field(() => Int)
  outputRank!: number;
  @Field(() => Float, { description: '‖output − exact‖ / ‖exact‖' })
  relativeError!: number;
  @Field(() => Float, { description: 'Σσ² kept / Σσ² of the exact result' })
  retainedEnergy!: number;
  @Field(() => Float, { nullable: true, description: 'FACTOR space: ‖cross terms‖ / ‖exact‖' })
  crossTermNorm?: number | undefined;
  @Field(() => [AdapterFidelity])
  perAdapter!: AdapterFidelity[];
}

@ObjectType({ description: 'One candidate that a search looked at.' })
export class SearchStep {
  @Field(() => Int)
  index!: number;
  @Field(() => [Float])
  coefficients!: number[];
  @Field(() => Float)
  loss!: number;
  @Field(() => Float)
  penalty!: number;
  @Field(() => Float)
  objective!: number;
  @Field(() => Float)
  best!: number;
}

@ObjectType({ description: 'Modules that share their coefficients, and what a search settled on for them.' })
export class CoefficientGroup {
  @Field(() => [String])
  modules!: string[];
  @Field(() => [Float])
  coefficients!: number[];
}

/** One fusion: what was asked, what came out, and all that is needed to make the same bytes again. */
@ObjectType('FusionRun', { implements: [Node, Job], description: 'One fusion: what was asked, and what came out.' })
@Entity({ tableName: 'fusion_run' })
@Unique({ properties: ['sweep', 'point'] })
export class FusionRun extends Job {
  @Field(() => String, { nullable: true })
  @Property({ type: 'text', nullable: true })
  name: string | null = null;

  @ManyToOne(() => FusionStrategy, { ref: true, deleteRule: 'restrict' })
  strategy!: Ref<FusionStrategy>;

  @Field(() => String)
  @Property({ type: 'text' })
  strategyVersion!: string;

  /** With defaults filled in; the GraphQL layer gives it the strategy’s type. */
  @Property({ type: 'json' })
  options!: Record<string, unknown>;

  @Field(() => FusionSpaceName)
  @Enum({ items: () => FusionSpaceName, nativeEnumName: 'fusion_space' })
  space!: FusionSpaceName;

  @Field(() => Int, {
    nullable: true,
    description:
      'Rank that the output was recompressed to; none: up to the sum of the adapters’ ranks. `fidelity` says what either lost.',
  })
  @Property({ type: 'integer', nullable: true })
  outputRank: number | null = null;

  @Field(() => Int)
  @Property({ type: 'integer' })
  seed!: number;

  /** SHA-256 over everything that the output depends on: equal fingerprints give equal bytes. */
  @Field(() => Sha256, {
    description: 'SHA-256 over all that the output depends on: equal fingerprints give equal bytes.',
  })
  @Property({ type: 'text' })
  @Index()
  fingerprint!: string;

  /**
   * Set once, in the transaction that ends the computing; unique, so that no adapter is the result of two runs. Of a strategy with an output for each
   * adapter it is the first; the members have each its own.
   */
  @OneToOne(() => Adapter, { ref: true, nullable: true, owner: true, deleteRule: 'set null' })
  output: Ref<Adapter> | null = null;

  @Field(() => FidelityReport, { nullable: true })
  @Property({ type: 'json', nullable: true })
  fidelity: FidelityReport | null = null;

  @Field(() => [SearchStep], { nullable: true, description: 'Every candidate of a search, in order.' })
  @Property({ type: 'json', nullable: true })
  trace: SearchStep[] | null = null;

  @Field(() => [Float], {
    nullable: true,
    description: 'What a search settled on: one coefficient per adapter, group of modules by group.',
  })
  @Property({ type: 'json', nullable: true })
  coefficients: number[] | null = null;

  @Field(() => [CoefficientGroup], {
    nullable: true,
    description: 'What a search settled on, for each group of modules that share their coefficients.',
  })
  @Property({ type: 'json', nullable: true })
  coefficientGroups: CoefficientGroup[] | null = null;

  /** Ids of the tasks that the output is scored on. */
  @Property({ type: 'json' })
  evaluateOn!: string[];

  @Field(() => SplitName, { description: 'Split that the output is scored on.' })
  @Enum({ items: () => SplitName, nativeEnumName: 'split' })
  evaluationSplit: SplitName = SplitName.TEST;

  @Field(() => String, {
    nullable: true,
    description: 'The prompt that its output is asked with; none: the first of each task.',
  })
  @Property({ type: 'text', nullable: true })
  prompt: string | null = null;

  @Field(() => AskedBy, {
    nullable: true,
    description:
      'How its output is asked for classes, as the request said it; none: the default of the base. Its scores say what was done.',
  })
  @Enum({ items: () => AskedBy, nativeEnumName: 'asked_by', nullable: true })
  by: AskedBy | null = null;

  @ManyToOne(() => Sweep, { ref: true, nullable: true, deleteRule: 'cascade' })
  sweep: Ref<Sweep> | null = null;

  @Field(() => Int, { nullable: true, description: 'Which point of its sweep it is.' })
  @Property({ type: 'integer', nullable: true })
  point: number | null = null;
}
