import {
  Args,
  ArgsType,
  Arg,
  Ctx,
  Field,
  FieldResolver,
  ID,
  InputType,
  Mutation,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import {
  Adapter,
  Analysis,
  AnalysisKind,
  BaseModel,
  CosineAnalysis,
  DisentanglementAnalysis,
  LossLandscapeAnalysis,
  OptionCurveAnalysis,
  RunState,
  TangentDistanceAnalysis,
  Task,
} from '../entities/index.js';
import type { ApiContext } from '../graphql/context/api-context.js';
import { connectionType, type Page } from '../graphql/lists/connection.js';
import { conditions } from '../graphql/lists/filters.js';
import { findPage } from '../graphql/lists/find-page.js';
import { checkId } from '../graphql/lists/ids.js';
import { OrderDirection } from '../graphql/lists/order-direction.js';
import { PageArgs } from '../graphql/lists/page-args.js';
import { readGrid } from '../graphql/strategy-types/read-grid.js';
import { checkMembers } from '../graphql/types/check-members.js';
import { findMalformed } from '../graphql/types/find-malformed.js';
import { DeleteResult } from '../graphql/types/results.js';
import { withoutNulls } from '../graphql/types/without-nulls.js';
import { removeById } from '../graphql/resolvers/remove-by-id.js';
import { InvalidOptions } from '../services/index.js';
import { readData } from './analysis-data.js';
import { analysisCsvPath, analysisJsonPath } from './analysis-routes.js';
import { askCosine } from './ask-cosine.js';
import { askOptionCurve } from './ask-curve.js';
import { askDisentanglement, askLandscape } from './ask-plane.js';
import { askTangentDistance } from './ask-tangent.js';
import {
  AnalyzeCosineInput,
  AnalyzeDisentanglementInput,
  AnalyzeLossLandscapeInput,
  AnalyzeOptionCurveInput,
  AnalyzeTangentDistanceInput,
} from './inputs.js';
import { curveOf, distancesOf, landscapeOf, mapOf } from './show-data.js';
import {
  AnalysisDownloads,
  AnalysisMember,
  AnalysisTask,
  AnalyzeCosineResult,
  AnalyzeDisentanglementResult,
  AnalyzeLossLandscapeResult,
  AnalyzeOptionCurveResult,
  AnalyzeTangentDistanceResult,
  CosineMatrixType,
  DisentanglementMapType,
  LossLandscapeType,
  OptionCurveType,
  TangentDistanceType,
} from './types.js';

const AnalysisConnection = connectionType('Analysis', Analysis);

@InputType({ description: 'Which analyses a list holds; all conditions must be met.' })
class AnalysisFilter {
  @Field(() => [AnalysisKind], { nullable: true, description: 'What is analysed.' })
  kinds?: AnalysisKind[] | null;
  @Field(() => [RunState], { nullable: true, description: 'Where they stand.' })
  states?: RunState[] | null;
  @Field(() => [ID], { nullable: true, description: 'Adapters that all are among the members.' })
  adapters?: string[] | null;
  @Field(() => String, { nullable: true, description: 'Text that the name contains, in any case.' })
  search?: string | null;
}

@ArgsType()
class AnalysisArgs extends PageArgs {
  @Field(() => AnalysisFilter, { nullable: true, description: 'Which ones.' })
  filter?: AnalysisFilter | null;
  @Field(() => OrderDirection, { defaultValue: OrderDirection.DESC, description: 'By when they were asked for.' })
  direction: OrderDirection = OrderDirection.DESC;
}

@Resolver(() => Analysis)
export class AnalysisInterfaceResolver {
  @Query(() => AnalysisConnection, { description: 'Analyses of adapters: curves, maps and matrices that are kept.' })
  async analyses(
    @Args(() => AnalysisArgs) { filter, direction, ...page }: AnalysisArgs,
    @Ctx() { em }: ApiContext,
  ): Promise<Page<Analysis>> {
    const members = (filter?.adapters ?? []).map((id) => ({
      members: { $contains: [{ id: checkId(id, 'an adapter') }] },
    }));
    const where = [
      ...conditions.anyOf('kind', filter?.kinds),
      ...conditions.anyOf('state', filter?.states),
      ...conditions.contains(['name'], filter?.search),
      ...(members as object[]),
    ];
    return await findPage(em, { entity: Analysis, where: where as never, orderBy: 'createdAt', direction }, page);
  }

  @FieldResolver(() => BaseModel, { description: 'The base model.' })
  async base(@Root() analysis: Analysis, @Ctx() { loaders }: ApiContext): Promise<BaseModel> {
    return await loaders.one(analysis.base);
  }

  @FieldResolver(() => [AnalysisMember], { description: 'The adapters, in the order asked for.' })
  async members(@Root() { members }: Analysis, @Ctx() { loaders }: ApiContext): Promise<AnalysisMember[]> {
    const found = await loaders.byIds(
      Adapter,
      members.map(({ id }) => id),
    );
    return members.map(({ id, name, weight }) => {
      return Object.assign(new AnalysisMember(), {
        id,
        name,
        weight,
        adapter: found.find((row) => row.id === id) ?? null,
      });
    });
  }

  @FieldResolver(() => [AnalysisTask], { description: 'The tasks that were looked at, in the order asked for.' })
  async tasks(@Root() { tasks }: Analysis, @Ctx() { loaders }: ApiContext): Promise<AnalysisTask[]> {
    const found = await loaders.byIds(
      Task,
      tasks.map(({ id }) => id),
    );
    return tasks.map(({ id, name }) => {
      return Object.assign(new AnalysisTask(), { id, name, task: found.find((row) => row.id === id) ?? null });
    });
  }

  @FieldResolver(() => AnalysisDownloads, { nullable: true, description: 'Its data as files, when it is finished.' })
  downloads(@Root() { id, digest }: Analysis): AnalysisDownloads | null {
    if (digest === null) return null;
    return Object.assign(new AnalysisDownloads(), { json: analysisJsonPath(id), csv: analysisCsvPath(id) });
  }
}

@Resolver()
export class AnalysisMutationResolver {
  @Mutation(() => AnalyzeOptionCurveResult, {
    description: 'Scores a fusion over the values of one option, such as λ or a density, on VALIDATION and on TEST.',
  })
  async analyzeOptionCurve(
    @Arg('input', () => AnalyzeOptionCurveInput, { description: 'What to fuse, and the values.' })
    input: AnalyzeOptionCurveInput,
    @Ctx() { em, platform }: ApiContext,
  ) {
    const problem = checkMembers(input);
    if (problem) return problem;
    const grid = readGrid(input, platform.plugins.strategies);
    if (grid instanceof InvalidOptions) return grid;
    const { grid: _, strategy: __, adapters, ...rest } = input;
    return await askOptionCurve(em, contextOf(platform), {
      ...withoutNulls(rest),
      adapters: adapters.map(({ id, weight }) => ({ adapter: id, weight })),
      ...grid,
    });
  }

  @Mutation(() => AnalyzeDisentanglementResult, {
    description: 'Maps the weight disentanglement error of two task vectors. Needs no labels.',
  })
  async analyzeDisentanglement(
    @Arg('input', () => AnalyzeDisentanglementInput, { description: 'What to map.' })
    input: AnalyzeDisentanglementInput,
    @Ctx() { em, platform }: ApiContext,
  ) {
    return malformedPlane(input) ?? (await askDisentanglement(em, contextOf(platform), withoutNulls(input)));
  }

  @Mutation(() => AnalyzeLossLandscapeResult, {
    description: 'Maps loss and accuracy on the plane of two task vectors.',
  })
  async analyzeLossLandscape(
    @Arg('input', () => AnalyzeLossLandscapeInput, { description: 'What to map.' }) input: AnalyzeLossLandscapeInput,
    @Ctx() { em, platform }: ApiContext,
  ) {
    return malformedPlane(input) ?? (await askLandscape(em, contextOf(platform), withoutNulls(input)));
  }

  @Mutation(() => AnalyzeTangentDistanceResult, { description: 'Measures how far an adapter is from its tangents.' })
  async analyzeTangentDistance(
    @Arg('input', () => AnalyzeTangentDistanceInput, { description: 'What to measure.' })
    input: AnalyzeTangentDistanceInput,
    @Ctx() { em, platform }: ApiContext,
  ) {
    const malformed = findMalformed([
      ['adapter', input.adapter, ['adapter']],
      ['task', input.task, ['task']],
    ]);
    return malformed ?? (await askTangentDistance(em, contextOf(platform), withoutNulls(input)));
  }

  @Mutation(() => AnalyzeCosineResult, { description: 'Compares adapters in the space of ΔW, and keeps the matrix.' })
  async analyzeCosine(
    @Arg('input', () => AnalyzeCosineInput, { description: 'What to compare.' }) input: AnalyzeCosineInput,
    @Ctx() { em, platform }: ApiContext,
  ) {
    const malformed = findMalformed(input.adapters.map((id, index) => ['adapter', id, ['adapters', index]] as const));
    return malformed ?? (await askCosine(em, contextOf(platform), withoutNulls(input)));
  }

  @Mutation(() => DeleteResult, { description: 'Deletes a finished analysis.' })
  async deleteAnalysis(
    @Arg('id', () => ID, { description: 'The analysis.' }) id: string,
    @Ctx() context: ApiContext,
  ): Promise<typeof DeleteResult> {
    return await removeById(context, 'analysis', id, Analysis);
  }
}

const malformedPlane = (input: AnalyzeDisentanglementInput | AnalyzeLossLandscapeInput) =>
  findMalformed([
    ['adapter', input.left, ['left']],
    ['adapter', input.right, ['right']],
    ['task', input.leftTask, ['leftTask']],
    ['task', input.rightTask, ['rightTask']],
  ]);

function contextOf({ plugins, queue, blobs, backend }: ApiContext['platform']) {
  return { plugins, queue, blobs, backend: backend.name };
}

@Resolver(() => OptionCurveAnalysis)
export class OptionCurveResolver {
  @FieldResolver(() => OptionCurveType, { nullable: true, description: 'The curve, when it is finished.' })
  async curve(@Root() analysis: OptionCurveAnalysis, @Ctx() { platform }: ApiContext): Promise<OptionCurveType | null> {
    const data = await readData<'OPTION_CURVE'>(platform.blobs, analysis);
    return data && curveOf(data, analysis);
  }
}

@Resolver(() => DisentanglementAnalysis)
export class DisentanglementResolver {
  @FieldResolver(() => DisentanglementMapType, { nullable: true, description: 'The map, when it is finished.' })
  async map(
    @Root() analysis: DisentanglementAnalysis,
    @Ctx() { platform }: ApiContext,
  ): Promise<DisentanglementMapType | null> {
    const data = await readData<'DISENTANGLEMENT'>(platform.blobs, analysis);
    return data && mapOf(data);
  }
}

@Resolver(() => LossLandscapeAnalysis)
export class LossLandscapeResolver {
  @FieldResolver(() => LossLandscapeType, { nullable: true, description: 'The landscape, when it is finished.' })
  async landscape(
    @Root() analysis: LossLandscapeAnalysis,
    @Ctx() { platform }: ApiContext,
  ): Promise<LossLandscapeType | null> {
    const data = await readData<'LOSS_LANDSCAPE'>(platform.blobs, analysis);
    return data && landscapeOf(data);
  }
}

@Resolver(() => TangentDistanceAnalysis)
export class TangentDistanceResolver {
  @FieldResolver(() => TangentDistanceType, { nullable: true, description: 'The distances, when they are measured.' })
  async distances(
    @Root() analysis: TangentDistanceAnalysis,
    @Ctx() { platform }: ApiContext,
  ): Promise<TangentDistanceType | null> {
    const data = await readData<'TANGENT_DISTANCE'>(platform.blobs, analysis);
    return data && distancesOf(data);
  }
}

@Resolver(() => CosineAnalysis)
export class CosineResolver {
  @FieldResolver(() => CosineMatrixType, { nullable: true, description: 'The matrices, when they are computed.' })
  async matrix(@Root() analysis: CosineAnalysis, @Ctx() { platform }: ApiContext): Promise<CosineMatrixType | null> {
    const data = await readData<'COSINE'>(platform.blobs, analysis);
    return data && Object.assign(new CosineMatrixType(), data);
  }
}
