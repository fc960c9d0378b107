import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Adapter, AdapterInspection, BaseModel, ImportRun, Task } from '../../entities/index.js';
import { importAdapter } from '../../services/import-adapter.js';
import { importBaseModel } from '../../services/import-base-model.js';
import { importTask } from '../../services/import-task.js';
import { InvalidOptions } from '../../services/index.js';
import { inspectSource } from '../../services/inspect-source.js';
import { toRecipe } from '../../services/task-recipe.js';
import type { ApiContext } from '../context/api-context.js';
import { loadInspection } from '../context/load-inspection.js';
import {
  ImportAdapterInput,
  ImportAdapterResult,
  ImportBaseModelInput,
  ImportBaseModelResult,
  InspectAdapterInput,
  InspectAdapterResult,
} from '../types/adapter-transfer.js';
import { findMalformed } from '../types/find-malformed.js';
import { DeleteResult } from '../types/results.js';
import { ImportTaskInput, ImportTaskResult } from '../types/task-import.js';
import { withoutNulls, withoutNullsDeep } from '../types/without-nulls.js';
import { removeById } from './remove-by-id.js';

@Resolver(() => ImportRun)
export class ImportRunResolver {
  @FieldResolver(() => BaseModel, {
    nullable: true,
    description: 'The base model that was chosen for it; of a base model, itself, when it is there.',
  })
  async base(@Root() run: ImportRun, @Ctx() { loaders }: ApiContext): Promise<BaseModel | null> {
    return await loaders.maybe(run.base);
  }

  @FieldResolver(() => Task, {
    nullable: true,
    description: 'The task that its adapter is linked to; of a task, itself, when it is there.',
  })
  async task(@Root() run: ImportRun, @Ctx() { loaders }: ApiContext): Promise<Task | null> {
    return await loaders.maybe(run.task);
  }

  @FieldResolver(() => Adapter, { nullable: true, description: 'The adapter, when it is there.' })
  async output(@Root() run: ImportRun, @Ctx() { loaders }: ApiContext): Promise<Adapter | null> {
    return await loaders.maybe(run.output);
  }

  @FieldResolver(() => AdapterInspection, {
    nullable: true,
    description: 'What its files were understood as; none before they were read.',
  })
  async inspection(@Root() { id }: ImportRun, @Ctx() { em }: ApiContext): Promise<AdapterInspection | null> {
    return await loadInspection(em, ImportRun, id);
  }

  @Query(() => InspectAdapterResult, {
    description:
      'Looks at the files of an adapter without taking it in: what was understood, what is odd, what stands in the way. Reads all of them.',
  })
  async inspectAdapter(
    @Arg('input', () => InspectAdapterInput, { description: 'Where they are.' }) input: InspectAdapterInput,
    @Ctx() { em, platform }: ApiContext,
  ): Promise<typeof InspectAdapterResult> {
    const malformed = findMalformed([
      ['base model', input.base, ['base']],
      ['upload', input.source.upload?.id, ['source', 'upload', 'id']],
      ['upload', input.start?.upload?.id, ['start', 'upload', 'id']],
    ]);
    if (malformed) return malformed;
    const found = await inspectSource(em, platform, withoutNulls(input));
    return 'dialect' in found ? Object.assign(new AdapterInspection(), found) : found;
  }

  @Mutation(() => ImportAdapterResult, {
    description:
      'Takes an adapter in: a PEFT folder or archive, a file of kohya’s or diffusers’ kind, or one of Crucible’s own.',
  })
  async importAdapter(
    @Arg('input', () => ImportAdapterInput, { description: 'What to take in.' }) input: ImportAdapterInput,
    @Ctx() { em, platform }: ApiContext,
  ): Promise<typeof ImportAdapterResult> {
    const malformed = findMalformed([
      ['base model', input.base, ['base']],
      ['task', input.task, ['task']],
      ['upload', input.source.upload?.id, ['source', 'upload', 'id']],
      ['upload', input.start?.upload?.id, ['start', 'upload', 'id']],
    ]);
    return malformed ?? (await importAdapter(em, platform, withoutNulls(input)));
  }

  @Mutation(() => ImportBaseModelResult, {
    description:
      'Takes a base model in: what adapters are checked against, scored with, and merged into. Weights that are here already are found again.',
  })
  async importBaseModel(
    @Arg('input', () => ImportBaseModelInput, { description: 'What to take in.' }) input: ImportBaseModelInput,
    @Ctx() { em, platform }: ApiContext,
  ): Promise<typeof ImportBaseModelResult> {
    return await importBaseModel(em, platform, withoutNulls(input));
  }

  @Mutation(() => ImportTaskResult, {
    description:
      'Makes a task of files: parquet, JSONL, CSV or TSV, folders of images, IDX. Its splits share no example, which is checked by content.',
  })
  async importTask(
    @Arg('input', () => ImportTaskInput, { description: 'What to make it of.' }) input: ImportTaskInput,
    @Ctx() { em, platform }: ApiContext,
  ): Promise<typeof ImportTaskResult> {
    const { source, provenance, ...description } = withoutNullsDeep(input);
    const recipe = toRecipe({ ...description, source: provenance });
    return recipe instanceof InvalidOptions ? recipe : await importTask(em, platform, { source, recipe });
  }

  @Mutation(() => DeleteResult, { description: 'Deletes a finished import with the adapter that it made.' })
  async deleteImportRun(
    @Arg('id', () => ID, { description: 'The import.' }) id: string,
    @Ctx() context: ApiContext,
  ): Promise<typeof DeleteResult> {
    return await removeById(context, 'import', id, ImportRun);
  }
}

@Resolver(() => Adapter)
export class AdapterInspectionResolver {
  @FieldResolver(() => AdapterInspection, {
    nullable: true,
    description: 'What its files were understood as when it was imported; none where it was not.',
  })
  async inspection(@Root() { id }: Adapter, @Ctx() { em }: ApiContext): Promise<AdapterInspection | null> {
    return await loadInspection(em, Adapter, id);
  }
}
