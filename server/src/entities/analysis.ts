import type { Ref } from '@mikro-orm/core';
import { Entity, Enum, Index, ManyToOne, Property } from '@mikro-orm/decorators/legacy';
import { Field, Float, InterfaceType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { BigIntScalar, Sha256 } from '../scalars/index.js';
import { BaseModel } from './base-model.js';
import { FusionSpaceName, SplitName } from './enums.js';
import { Job } from './job.js';
import { Node } from './node.js';

/** What is analysed. */
export enum AnalysisKind {
  OPTION_CURVE = 'OPTION_CURVE',
  DISENTANGLEMENT = 'DISENTANGLEMENT',
  LOSS_LANDSCAPE = 'LOSS_LANDSCAPE',
  TANGENT_DISTANCE = 'TANGENT_DISTANCE',
  COSINE = 'COSINE',
}
registerEnumType(AnalysisKind, {
  name: 'AnalysisKind',
  description: 'What is analysed.',
  valuesConfig: {
    OPTION_CURVE: { description: 'Scores of a fusion over the values of one option, such as λ or a density.' },
    DISENTANGLEMENT: { description: 'Where two task vectors disturb what the model says about each other’s data.' },
    LOSS_LANDSCAPE: { description: 'Loss and accuracy on the plane of two task vectors.' },
    TANGENT_DISTANCE: { description: 'How far an adapter is from its tangent.' },
    COSINE: { description: 'Cosines between adapters, in the space of ΔW.' },
  },
});

/** An adapter or a task as it was when the analysis was asked for; the row behind the id may be gone. */
export interface AnalysedRecord {
  readonly id: string;
  readonly name: string;
  readonly digest: string;
}
export interface AnalysedMember extends AnalysedRecord {
  readonly weight: number;
  /** Digest of the statistics that a strategy needs of it. */
  readonly statistics: string | null;
}
export interface AnalysedTask extends AnalysedRecord {
  /** Digest of its head for the base. */
  readonly head: string;
}

@ObjectType({ description: 'Evenly spaced values, both ends among them.' })
export class AnalysisAxis {
  @Field(() => Float, { description: 'The first value.' })
  from!: number;
  @Field(() => Float, { description: 'The last value.' })
  to!: number;
  @Field(() => Int, { description: 'How many values.' })
  steps!: number;
}

/** Something measured about adapters, computed as a job, once: equal questions have equal fingerprints, and find the same row. Its data is a blob. */
@InterfaceType('Analysis', {
  implements: Job,
  description: 'Something measured about adapters and kept; computed as a job, once.',
})
@Entity({ tableName: 'analysis', discriminatorColumn: 'kind', abstract: true })
export abstract class Analysis extends Job {
  @Field(() => AnalysisKind, { description: 'What is analysed.' })
  @Enum({ items: () => AnalysisKind, nativeEnumName: 'analysis_kind' })
  kind!: AnalysisKind;

  @Field(() => String, { nullable: true, description: 'Its name, for people; not unique.' })
  @Property({ type: 'text', nullable: true })
  name: string | null = null;

  @ManyToOne(() => BaseModel, { ref: true, deleteRule: 'cascade' })
  base!: Ref<BaseModel>;

  /** In the order of the question. */
  @Property({ type: 'json' })
  members!: AnalysedMember[];

  @Property({ type: 'json' })
  tasks!: AnalysedTask[];

  /** What the kind asks beside; its type is the kind’s own. */
  @Property({ type: 'json' })
  question!: Record<string, unknown>;

  @Field(() => Int, { description: 'Seed of the choice of examples, where not all are looked at.' })
  @Property({ type: 'integer' })
  seed!: number;

  @Field(() => Sha256, {
    description: 'SHA-256 over all that the data depends on: an equal question is answered once.',
  })
  @Property({ type: 'text' })
  @Index()
  fingerprint!: string;

  @Field(() => Sha256, { nullable: true, description: 'SHA-256 of its data, when it is finished.' })
  @Property({ type: 'text', nullable: true })
  digest: string | null = null;

  @Field(() => BigIntScalar, { nullable: true, description: 'Bytes of its data, when it is finished.' })
  @Property({ type: 'double', nullable: true })
  sizeBytes: number | null = null;

  @Field(() => Float, {
    nullable: true,
    description: 'Images that went through a model per second, when it is finished.',
  })
  @Property({ type: 'double', nullable: true })
  imagesPerSecond: number | null = null;
}

/** What every plane of two task vectors is asked with. */
export interface PlaneQuestion {
  readonly split: SplitName;
  /** Most examples of each task. */
  readonly examples: number;
  readonly space: FusionSpaceName | null;
}
export interface DisentanglementQuestion extends PlaneQuestion {
  readonly axis: AnalysisAxis;
}
export interface LandscapeQuestion extends PlaneQuestion {
  readonly x: AnalysisAxis;
  readonly y: AnalysisAxis;
}
export interface TangentQuestion {
  readonly split: SplitName;
  readonly examples: number;
}
export interface CurveQuestion {
  readonly strategy: string;
  readonly strategyVersion: string;
  readonly wrapped: readonly string[];
  readonly option: string;
  readonly values: readonly number[];
  /** One set per value, with defaults filled in. */
  readonly points: readonly Readonly<Record<string, unknown>>[];
  readonly space: FusionSpaceName;
  readonly outputRank: number | null;
  /** Most examples of each task and split; none: all. */
  readonly examples: number | null;
}

const KINDS = { implements: [Node, Job, Analysis] };

@ObjectType('OptionCurveAnalysis', {
  ...KINDS,
  description:
    'Scores of a fusion over the values of one option, on VALIDATION and on TEST apart; the choice is made on VALIDATION.',
})
@Entity({ discriminatorValue: AnalysisKind.OPTION_CURVE })
export class OptionCurveAnalysis extends Analysis {
  declare question: Record<string, unknown> & CurveQuestion;

  @Field(() => String, { description: 'Key of the strategy, such as "ties".' })
  get strategy(): string {
    return this.question.strategy;
  }
  @Field(() => String, { description: 'Name of the option, such as "lambda" or "density".' })
  get option(): string {
    return this.question.option;
  }
  @Field(() => [Float], { description: 'Its values, rising.' })
  get values(): readonly number[] {
    return this.question.values;
  }
  @Field(() => FusionSpaceName, { description: 'Where the task vectors are merged.' })
  get space(): FusionSpaceName {
    return this.question.space;
  }
  @Field(() => Int, { nullable: true, description: 'Most examples of each task and split; none: all.' })
  get mostExamples(): number | null {
    return this.question.examples;
  }
}

@ObjectType('DisentanglementAnalysis', {
  ...KINDS,
  description:
    'Weight disentanglement error ξ(λ1, λ2) of two task vectors (Ortiz-Jimenez et al. 2023): label-free, 0 where neither disturbs the other’s task, at most 2.',
})
@Entity({ discriminatorValue: AnalysisKind.DISENTANGLEMENT })
export class DisentanglementAnalysis extends Analysis {
  declare question: Record<string, unknown> & DisentanglementQuestion;

  @Field(() => AnalysisAxis, { description: 'Values of λ1 and of λ2.' })
  get axis(): AnalysisAxis {
    return this.question.axis;
  }
  @Field(() => SplitName, { description: 'The split whose examples are looked at; their labels are not.' })
  get split(): SplitName {
    return this.question.split;
  }
  @Field(() => Int, { description: 'Most examples of each task.' })
  get examples(): number {
    return this.question.examples;
  }
}

@ObjectType('LossLandscapeAnalysis', {
  ...KINDS,
  description: 'Loss and accuracy of θ0 + x τ1 + y τ2: the base lies at (0, 0), the adapters at (1, 0) and (0, 1).',
})
@Entity({ discriminatorValue: AnalysisKind.LOSS_LANDSCAPE })
export class LossLandscapeAnalysis extends Analysis {
  declare question: Record<string, unknown> & LandscapeQuestion;

  @Field(() => AnalysisAxis, { description: 'Coordinates along the first task vector.' })
  get x(): AnalysisAxis {
    return this.question.x;
  }
  @Field(() => AnalysisAxis, { description: 'Coordinates along the second task vector.' })
  get y(): AnalysisAxis {
    return this.question.y;
  }
  @Field(() => SplitName, { description: 'The split whose examples are looked at.' })
  get split(): SplitName {
    return this.question.split;
  }
  @Field(() => Int, { description: 'Most examples of each task.' })
  get examples(): number {
    return this.question.examples;
  }
}

@ObjectType('TangentDistanceAnalysis', {
  ...KINDS,
  description: 'How far each layer, and the model, is from its tangent: what linearizing the adapter would leave out.',
})
@Entity({ discriminatorValue: AnalysisKind.TANGENT_DISTANCE })
export class TangentDistanceAnalysis extends Analysis {
  declare question: Record<string, unknown> & TangentQuestion;

  @Field(() => SplitName, { description: 'The split whose examples are looked at.' })
  get split(): SplitName {
    return this.question.split;
  }
  @Field(() => Int, { description: 'Most examples.' })
  get examples(): number {
    return this.question.examples;
  }
}

@ObjectType('CosineAnalysis', {
  ...KINDS,
  description: 'Cosines between adapters in the space of ΔW, which do not depend on how ΔW was factored.',
})
@Entity({ discriminatorValue: AnalysisKind.COSINE })
export class CosineAnalysis extends Analysis {}

export const analysisEntities = [
  Analysis,
  OptionCurveAnalysis,
  DisentanglementAnalysis,
  LossLandscapeAnalysis,
  TangentDistanceAnalysis,
  CosineAnalysis,
] as const;
