import {
  Arg,
  Args,
  ArgsType,
  createUnionType,
  Ctx,
  Field,
  FieldResolver,
  ID,
  InputType,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import {
  Adapter,
  BaseModel,
  ExtractionRun,
  FusionMember,
  FusionRun,
  ImportedFrom,
  Origin,
  Score,
  TangentFrame,
  Task,
  TrainingRun,
} from '../../entities/index.js';
import type { ApiContext } from '../context/api-context.js';
import { connectionType, type Page } from '../lists/connection.js';
import { conditions } from '../lists/filters.js';
import { findPage } from '../lists/find-page.js';
import { checkSize, FirstArgs } from '../lists/first-arg.js';
import { OrderDirection } from '../lists/order-direction.js';
import { orderType, type Order } from '../lists/order-type.js';
import { PageArgs } from '../lists/page-args.js';
import { SplitArgs } from '../lists/split-args.js';
import { DeleteResult } from '../types/results.js';
import { removeById } from './remove-by-id.js';

const AdapterConnection = connectionType('Adapter', Adapter);
const AdapterOrder = orderType('Adapter', {
  CREATED_AT: 'createdAt',
  NAME: 'name',
  METHOD: 'method',
  RANK: 'rank',
  SIZE: 'sizeBytes',
});

@ObjectType({ description: 'Trained here.' })
class TrainedBy {
  @Field(() => TrainingRun, { description: 'The training whose result it is.' })
  readonly training: TrainingRun;
  constructor(training: TrainingRun) {
    this.training = training;
  }
}

@ObjectType({ description: 'Fused here from other adapters.' })
class FusedBy {
  @Field(() => FusionRun, { description: 'The run whose output it is.' })
  readonly run: FusionRun;
  constructor(run: FusionRun) {
    this.run = run;
  }
}

@ObjectType({ description: 'Extracted here from a fine-tuned model.' })
class ExtractedBy {
  @Field(() => ExtractionRun, { description: 'The extraction whose result it is.' })
  readonly extraction: ExtractionRun;
  constructor(extraction: ExtractionRun) {
    this.extraction = extraction;
  }
}

const Provenance = createUnionType({
  name: 'Provenance',
  description: 'How an adapter came to be.',
  types: () => [TrainedBy, ImportedFrom, FusedBy, ExtractedBy] as const,
});

@InputType({ description: 'Which adapters a list holds; all conditions must be met.' })
class AdapterFilter {
  @Field(() => String, { nullable: true, description: 'Text that the name contains, in any case.' })
  search?: string | null;
  @Field(() => [String], { nullable: true, description: 'How they were trained, such as LORA or L_LORA.' })
  methods?: string[] | null;
  @Field(() => [ID], { nullable: true, description: 'Tasks that they were trained on.' })
  tasks?: string[] | null;
  @Field(() => ID, { nullable: true, description: 'Their base model.' })
  base?: string | null;
  @Field(() => ID, { nullable: true, description: 'Their tangent frame.' })
  frame?: string | null;
  @Field(() => [Origin], { nullable: true, description: 'How they came to be.' })
  origins?: Origin[] | null;
  @Field(() => String, { nullable: true, description: 'SHA-256 of their file.' })
  digest?: string | null;
}

@ArgsType()
class AdapterArgs extends PageArgs {
  @Field(() => AdapterFilter, { nullable: true, description: 'Which ones.' })
  filter?: AdapterFilter | null;
  @Field(() => AdapterOrder, { nullable: true, description: 'Latest first if left out.' })
  orderBy?: Order<'createdAt' | 'name' | 'method' | 'rank' | 'sizeBytes'> | null;
}

@Resolver(() => Adapter)
export class AdapterResolver {
  @Query(() => AdapterConnection, { description: 'Adapters: trained, imported and fused.' })
  async adapters(
    @Args(() => AdapterArgs) { filter, orderBy, ...page }: AdapterArgs,
    @Ctx() { em }: ApiContext,
  ): Promise<Page<Adapter>> {
    return await findPage(
      em,
      {
        entity: Adapter,
        where: [
          ...conditions.contains(['name'], filter?.search),
          ...conditions.anyOf('method', filter?.methods),
          ...conditions.ids('task', filter?.tasks, 'a task'),
          ...conditions.id('base', filter?.base, 'a base model'),
          ...conditions.id('frame', filter?.frame, 'a tangent frame'),
          ...conditions.anyOf('origin', filter?.origins),
          ...conditions.equal('digest', filter?.digest),
        ],
        orderBy: orderBy?.field ?? 'createdAt',
        direction: orderBy?.direction ?? OrderDirection.DESC,
      },
      page,
    );
  }

  @FieldResolver(() => BaseModel, { description: 'The model that it changes.' })
  async base(@Root() adapter: Adapter, @Ctx() { loaders }: ApiContext): Promise<BaseModel> {
    return await loaders.one(adapter.base);
  }

  @FieldResolver(() => Task, {
    nullable: true,
    description: 'The task that it was trained on; none for a fused adapter.',
  })
  async task(@Root() adapter: Adapter, @Ctx() { loaders }: ApiContext): Promise<Task | null> {
    return await loaders.maybe(adapter.task);
  }

  @FieldResolver(() => TangentFrame, {
    nullable: true,
    description: 'The tangent frame that it is measured from, if any.',
  })
  async frame(@Root() adapter: Adapter, @Ctx() { loaders }: ApiContext): Promise<TangentFrame | null> {
    return await loaders.maybe(adapter.frame);
  }

  @FieldResolver(() => Provenance, {
    nullable: true,
    description: 'How it came to be; none where the run that made it was deleted.',
  })
  async provenance(
    @Root() adapter: Adapter,
    @Ctx() { loaders }: ApiContext,
  ): Promise<TrainedBy | FusedBy | ImportedFrom | ExtractedBy | null> {
    if (adapter.origin === Origin.IMPORTED) return Object.assign(new ImportedFrom(), adapter.importedFrom);
    if (adapter.origin === Origin.EXTRACTED) {
      const [extraction] = await loaders.children(adapter, { entity: ExtractionRun, by: 'output', first: 1 });
      return extraction ? new ExtractedBy(extraction) : null;
    }
    const run = await loaders.origin(adapter);
    if (run instanceof FusionRun) return new FusedBy(run);
    return run ? new TrainedBy(run) : null;
  }

  @FieldResolver(() => [Score], { description: 'What it scored, latest first.' })
  async scores(
    @Root() adapter: Adapter,
    @Args(() => SplitArgs) { first, split }: SplitArgs,
    @Ctx() { loaders }: ApiContext,
  ): Promise<Score[]> {
    return await loaders.children(adapter, { entity: Score, by: 'adapter', first: checkSize(first), where: { split } });
  }

  @FieldResolver(() => [FusionRun], { description: 'Fusions that it is a member of, latest first.' })
  async fusionRuns(
    @Root() adapter: Adapter,
    @Args(() => FirstArgs) { first }: FirstArgs,
    @Ctx() { loaders }: ApiContext,
  ): Promise<FusionRun[]> {
    return await loaders.children(adapter, {
      entity: FusionRun,
      by: 'adapter',
      through: { entity: FusionMember, to: 'run' },
      order: { by: 'run', direction: 'desc' },
      first: checkSize(first),
    });
  }

  @Mutation(() => DeleteResult, { description: 'Deletes an adapter that no fusion uses, with its scores.' })
  async deleteAdapter(
    @Arg('id', () => ID, { description: 'The adapter.' }) id: string,
    @Ctx() context: ApiContext,
  ): Promise<typeof DeleteResult> {
    return await removeById(context, 'adapter', id, Adapter);
  }
}
