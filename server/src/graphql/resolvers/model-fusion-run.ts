import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import { BaseModel, FusionStrategy, ModelFusionRun, RunState } from '../../entities/index.js';
import { modelArchivePath, modelFilePath, modelFolderName } from '../../exports/index.js';
import { fuseModels } from '../../services/fuse-models.js';
import type { ApiContext } from '../context/api-context.js';
import { appliedOptions } from '../strategy-types/applied-options.js';
import { readStrategyInput } from '../strategy-types/read-strategy-input.js';
import { Download } from '../types/adapter-transfer.js';
import { findMalformed } from '../types/find-malformed.js';
import { FusedModel, FuseModelsInput, FuseModelsResult } from '../types/model-fusion.js';
import { StrategyOptions } from '../types/placeholders.js';
import { DeleteResult } from '../types/results.js';
import { UninstalledStrategyOptions } from '../types/uninstalled-options.js';
import { withoutNulls } from '../types/without-nulls.js';
import { removeById } from './remove-by-id.js';

@Resolver(() => ModelFusionRun)
export class ModelFusionRunResolver {
  @FieldResolver(() => BaseModel, { description: 'What all models were fine-tuned from.' })
  async base(@Root() run: ModelFusionRun, @Ctx() { loaders }: ApiContext): Promise<BaseModel> {
    return await loaders.one(run.base);
  }

  @FieldResolver(() => [FusedModel], { description: 'The checkpoints, in order.' })
  models(@Root() run: ModelFusionRun): FusedModel[] {
    return run.models.map((record) => new FusedModel(record));
  }

  @FieldResolver(() => FusionStrategy, { description: 'The strategy, in the version that made it.' })
  async strategy(@Root() run: ModelFusionRun, @Ctx() { loaders }: ApiContext): Promise<FusionStrategy> {
    return await loaders.one(run.strategy);
  }

  @FieldResolver(() => StrategyOptions, { description: 'The options used, defaults filled in, as typed as the input.' })
  async options(@Root() run: ModelFusionRun, @Ctx() { loaders }: ApiContext): Promise<object> {
    const { available, key } = await loaders.one(run.strategy);
    return available ? appliedOptions(key, run.options) : new UninstalledStrategyOptions(key, run.options);
  }

  @FieldResolver(() => BaseModel, {
    nullable: true,
    description:
      'The fused model, when it is there: adapters are exported into it, it is fused on, and a vision tower is scored as the base that it is. Equal weights are one model, whatever it was called.',
  })
  async output(@Root() run: ModelFusionRun, @Ctx() { loaders }: ApiContext): Promise<BaseModel | null> {
    return await loaders.maybe(run.output);
  }

  @FieldResolver(() => [Download], {
    description: 'Its files, when it is finished: each can be downloaded by itself, with ranges.',
  })
  files(@Root() run: ModelFusionRun): Download[] {
    return run.files.map(
      ({ name, byteLength, sha256 }) => new Download(name, modelFilePath(run, name), byteLength, sha256),
    );
  }

  @FieldResolver(() => Download, { nullable: true, description: 'All of its files as one .tar, when it is finished.' })
  archive(@Root() run: ModelFusionRun): Download | null {
    if (run.state !== RunState.SUCCEEDED) return null;
    return new Download(`${modelFolderName(run)}.tar`, modelArchivePath(run), null, null);
  }

  @Mutation(() => FuseModelsResult, {
    description:
      'Queues a fusion of fine-tuned checkpoints of one base into a whole model. What rows and strategy rule out is refused here; tensors are compared by the job.',
  })
  async fuseModels(
    @Arg('input', () => FuseModelsInput, { description: 'What to fuse, and how.' }) input: FuseModelsInput,
    @Ctx() { em, platform }: ApiContext,
  ): Promise<typeof FuseModelsResult> {
    const malformed = findMalformed([
      ['base model', input.base, ['base']],
      ...input.models.map(({ id }, index) => ['base model', id, ['models', index, 'id']] as const),
    ]);
    if (malformed) return malformed;
    const { strategy, options } = readStrategyInput(input.strategy, platform.plugins.strategies);
    const { maxShardBytes, ...given } = withoutNulls(input);
    const { plugins, queue, blobs, backend } = platform;
    return await fuseModels(
      em,
      { plugins, queue, blobs, backend: backend.name },
      {
        ...given,
        models: input.models.map(({ id, weight }) => ({ id, weight })),
        strategy: { id: strategy, options },
        ...(maxShardBytes === undefined ? {} : { maxShardBytes: Number(maxShardBytes) }),
      },
    );
  }

  @Mutation(() => DeleteResult, { description: 'Deletes a finished fusion of models; the fused model stays.' })
  async deleteModelFusionRun(
    @Arg('id', () => ID, { description: 'The fusion.' }) id: string,
    @Ctx() context: ApiContext,
  ): Promise<typeof DeleteResult> {
    return await removeById(context, 'model fusion', id, ModelFusionRun);
  }
}

@Resolver(() => FusedModel)
export class FusedModelResolver {
  @FieldResolver(() => BaseModel, { description: 'The model.' })
  async model(@Root() { id }: FusedModel, @Ctx() { loaders }: ApiContext): Promise<BaseModel> {
    const [model] = await loaders.byIds(BaseModel, [id]);
    return model!;
  }
}
