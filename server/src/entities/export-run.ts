import type { Ref } from '@mikro-orm/core';
import { Entity, Enum, ManyToOne, Property } from '@mikro-orm/decorators/legacy';
import { Field, Float, Int, ObjectType } from 'type-graphql';
import { BigIntScalar } from '../scalars/index.js';
import { Adapter } from './adapter.js';
import { ExportDtype, ExportFormat } from './enums.js';
import { Job } from './job.js';
import { Node } from './node.js';

/** One file of an export; its bytes are the blob of that digest. */
export interface ExportedFileRecord {
  readonly name: string;
  readonly byteLength: number;
  readonly sha256: string;
}

@ObjectType({
  description: 'How far the files are from the adapter: a cap on the rank, another dtype, and folded scales.',
})
export class ExportLoss {
  @Field(() => Int, { nullable: true, description: 'PEFT: rank of the modules that were written.' })
  outputRank!: number | null;
  @Field(() => Float, {
    description: '‖written − exact‖ / ‖ΔW‖ in Frobenius norms over all modules; 0 where every number was kept.',
  })
  relativeError!: number;
  @Field(() => Int, { description: 'Modules whose rank was cut.' })
  truncatedModules!: number;
  @Field(() => String, { nullable: true, description: 'The module that lost most.' })
  worstModule!: string | null;
  @Field(() => Float, { nullable: true, description: 'What that module lost, relative to itself.' })
  worstError!: number | null;
}

/** The writing of one adapter in a form that other programs load: a PEFT folder, or the base with the adapter merged in. */
@ObjectType('ExportRun', {
  implements: [Node, Job],
  description: 'The writing of one adapter in a form that other programs load.',
})
@Entity({ tableName: 'export_run' })
export class ExportRun extends Job {
  @ManyToOne(() => Adapter, { ref: true, deleteRule: 'cascade', index: true })
  adapter!: Ref<Adapter>;

  @Field(() => ExportFormat)
  @Enum({ items: () => ExportFormat, nativeEnumName: 'export_format' })
  format!: ExportFormat;

  @Field(() => Int, { nullable: true, description: 'PEFT: most rank that a module may have; none: as it is.' })
  @Property({ type: 'integer', nullable: true })
  maxRank: number | null = null;

  @Field(() => ExportDtype, { nullable: true, description: 'What numbers are written as; none: as they are kept.' })
  @Enum({ items: () => ExportDtype, nativeEnumName: 'export_dtype', nullable: true })
  dtype: ExportDtype | null = null;

  @Field(() => BigIntScalar, { nullable: true, description: 'MERGED_MODEL: most bytes of one file of weights.' })
  @Property({ type: 'double', nullable: true })
  maxShardBytes: number | null = null;

  /** Sorted by name. */
  @Property({ type: 'json' })
  files: ExportedFileRecord[] = [];

  @Field(() => ExportLoss, { nullable: true })
  @Property({ type: 'json', nullable: true })
  loss: ExportLoss | null = null;
}
