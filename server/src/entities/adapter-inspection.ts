import { Field, Float, Int, ObjectType } from 'type-graphql';
import { BigIntScalar, Sha256 } from '../scalars/index.js';

@ObjectType({ description: 'A file of an adapter that was looked at.' })
export class InspectedFile {
  @Field(() => String, { description: 'Its name inside of the adapter’s folder.' })
  name!: string;
  @Field(() => BigIntScalar, { description: 'Its size in bytes.' })
  byteLength!: number;
}

@ObjectType({ description: 'What was understood of one module of an adapter.' })
export class InspectedModule {
  @Field(() => String, { description: 'Path of the layer in the base model.' })
  name!: string;
  @Field(() => String, {
    description:
      'LORA: factors. BIAS: a bias trained with them. FULL: a tensor trained whole, as its difference to the base.',
  })
  kind!: string;
  @Field(() => String, { description: 'How the base stores it: LINEAR, TRANSPOSED, EMBEDDING, CONV2D or VECTOR.' })
  layout!: string;
  @Field(() => Int, { description: 'Rank of its factors.' })
  rank!: number;
  @Field(() => Float, { description: 'Alpha as its files have it.' })
  alpha!: number;
  @Field(() => Float, { description: 'The factor on B·A that comes of it.' })
  scale!: number;
  @Field(() => Int, { description: 'Numbers that the layer takes in.' })
  inFeatures!: number;
  @Field(() => Int, { description: 'Numbers that the layer gives out.' })
  outFeatures!: number;
  @Field(() => String, { description: 'What its numbers are stored as, such as F32 or BF16.' })
  dtype!: string;
  @Field(() => Float, { nullable: true, description: 'Frobenius norm of its update, scale included.' })
  norm!: number | null;
  @Field(() => Int, { nullable: true, description: 'Singular values of its update above the rounding of float32.' })
  numericalRank!: number | null;
  @Field(() => Float, {
    nullable: true,
    description:
      'How many directions share its update: exp of the entropy of its singular values (Roy and Vetterli, 2007).',
  })
  effectiveRank!: number | null;
}

@ObjectType({ description: 'Something about an adapter that was understood, and that a person may want to know.' })
export class InspectionNotice {
  @Field(() => String, { description: 'A stable code, such as ALPHA_MISSING or UPDATE_ZERO.' })
  code!: string;
  @Field(() => String, { nullable: true, description: 'The module, tensor or setting that it is about.' })
  subject!: string | null;
  @Field(() => String, { description: 'What it is, in a sentence.' })
  message!: string;
}

@ObjectType({ description: 'A reason why an adapter cannot be imported as it is.' })
export class InspectionBlocker {
  @Field(() => String, { description: 'A stable code, such as DORA, BASE_DIFFERS or PICKLED.' })
  code!: string;
  @Field(() => String, { description: 'The module, tensor or setting that it is about.' })
  subject!: string;
  @Field(() => String, { description: 'What stands in the way.' })
  reason!: string;
  @Field(() => String, { description: 'What to do about it.' })
  remedy!: string;
}

@ObjectType({ description: 'What the files of an adapter were understood as: before it is imported, or when it was.' })
export class AdapterInspection {
  @Field(() => String, { description: 'Whose names and scales they follow: PEFT, KOHYA, DIFFUSERS or CRUCIBLE.' })
  dialect!: string;
  @Field(() => [InspectedFile], { description: 'The files that were read.' })
  files!: InspectedFile[];
  @Field(() => String, { nullable: true, description: 'The base model as the adapter names it.' })
  baseName!: string | null;
  @Field(() => String, { nullable: true, description: 'The revision of that base model.' })
  baseRevision!: string | null;
  @Field(() => String, { nullable: true, description: 'What its configuration says that it is, such as LORA.' })
  peftType!: string | null;
  @Field(() => String, { nullable: true, description: 'The version of PEFT that wrote it.' })
  peftVersion!: string | null;
  @Field(() => String, { nullable: true, description: 'What PEFT says that it is for, such as CAUSAL_LM.' })
  taskType!: string | null;
  @Field(() => String, {
    nullable: true,
    description: 'How its factors were initialized, as its configuration has it.',
  })
  initialization!: string | null;
  @Field(() => Boolean, { description: 'Whether its scale is alpha / √rank instead of alpha / rank.' })
  rsLora!: boolean;
  @Field(() => Boolean, { description: 'Whether it has magnitudes of DoRA.' })
  dora!: boolean;
  @Field(() => [String], {
    description: 'The layers that it changes as configured: ends of names, or one regular expression.',
  })
  targets!: string[];
  @Field(() => Int, { description: 'Greatest rank of a module; 0 without any.' })
  rank!: number;
  @Field(() => Float, { description: 'The scale that most modules have.' })
  scale!: number;
  @Field(() => [InspectedModule], { description: 'Its modules, sorted by name.' })
  modules!: InspectedModule[];
  @Field(() => Sha256, {
    nullable: true,
    description: 'Digest of the tangent frame that its A’s make: adapters of one digest add up by their B’s.',
  })
  frameDigest!: string | null;
  @Field(() => [InspectionNotice], { description: 'Anything odd that does not stand in the way.' })
  notices!: InspectionNotice[];
  @Field(() => [InspectionBlocker], { description: 'What stands in the way of importing it.' })
  blockers!: InspectionBlocker[];
  @Field(() => Boolean, { description: 'Whether nothing stands in the way.' })
  importable!: boolean;
}
