import type { Ref } from '@mikro-orm/core';
import { Entity, Enum, ManyToOne, OneToOne, Property } from '@mikro-orm/decorators/legacy';
import { Field, ObjectType } from 'type-graphql';
import { Adapter } from './adapter.js';
import type { AdapterInspection } from './adapter-inspection.js';
import { BaseModel } from './base-model.js';
import { DoraImport, ImportSourceKind, ImportTarget } from './enums.js';
import { Job } from './job.js';
import { Node } from './node.js';
import type { TaskRecipe } from '../compute/task-import-protocol.js';
import { Task } from './task.js';

/** Where the files of an import are, or were. Secrets are no part of it. */
@ObjectType({ description: 'Where an import takes its files from.' })
export class ImportSource {
  @Field(() => ImportSourceKind, { description: 'What kind of place it is.' })
  kind!: ImportSourceKind;
  @Field(() => String, { nullable: true, description: 'UPLOAD: id of the upload, which is gone once it is imported.' })
  upload!: string | null;
  @Field(() => String, { nullable: true, description: 'DIRECTORY: path under the import root.' })
  directory!: string | null;
  @Field(() => String, { nullable: true, description: 'HUB: the repository, such as "owner/name".' })
  repo!: string | null;
  @Field(() => String, { nullable: true, description: 'HUB: the branch, tag or commit that was asked for.' })
  revision!: string | null;
  @Field(() => String, {
    nullable: true,
    description: 'HUB: the commit that the revision named when the import was asked for, and that is imported.',
  })
  commit!: string | null;
}

/** The taking in of one adapter, or of one base model: fetched where it is on a hub, inspected, and written as an adapter of ours. */
@ObjectType('ImportRun', {
  implements: [Node, Job],
  description: 'The taking in of one adapter, one base model or one task.',
})
@Entity({ tableName: 'import_run' })
export class ImportRun extends Job {
  @Field(() => String)
  @Property({ type: 'text' })
  name!: string;

  @Field(() => ImportTarget)
  @Enum({ items: () => ImportTarget, nativeEnumName: 'import_target' })
  target: ImportTarget = ImportTarget.ADAPTER;

  /** None: the adapter belongs to the base that it names itself. Of a base model: itself, when it is there. */
  @ManyToOne(() => BaseModel, { ref: true, nullable: true, deleteRule: 'restrict' })
  base: Ref<BaseModel> | null = null;

  /** Of a task: itself, when it is there. */
  @ManyToOne(() => Task, { ref: true, nullable: true, deleteRule: 'restrict' })
  task: Ref<Task> | null = null;

  /** Of a task: how it is made of files, with paths under the import root. */
  @Property({ type: 'json', nullable: true, lazy: true })
  recipe?: TaskRecipe | null;

  @Field(() => ImportSource)
  @Property({ type: 'json' })
  source!: ImportSource;

  @Field(() => DoraImport, { description: 'What becomes of magnitudes (DoRA).' })
  @Enum({ items: () => DoraImport, nativeEnumName: 'dora_import' })
  dora: DoraImport = DoraImport.REFUSE;

  @Field(() => Boolean, { description: 'Whether its base is what the start of its training made of the stock one.' })
  @Property({ type: 'boolean', default: false })
  changedBase: boolean = false;

  /** Taken away from the adapter, module by module. */
  @Field(() => ImportSource, {
    nullable: true,
    description: 'The adapter as it was before its first step, which is taken away; none where nothing is.',
  })
  @Property({ type: 'json', nullable: true })
  start: ImportSource | null = null;

  /** Long, and so read only where it is asked for. */
  @Property({ type: 'json', nullable: true, lazy: true })
  inspection?: AdapterInspection | null;

  @OneToOne(() => Adapter, { ref: true, nullable: true, owner: true, deleteRule: 'set null' })
  output: Ref<Adapter> | null = null;
}
