import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import { Adapter, BaseModel, ExtractionRun } from '../../entities/index.js';
import { extractAdapter } from '../../services/extract-adapter.js';
import type { ApiContext } from '../context/api-context.js';
import { findMalformed } from '../types/find-malformed.js';
import { ExtractAdapterInput, ExtractAdapterResult } from '../types/model-fusion.js';
import { DeleteResult } from '../types/results.js';
import { withoutNulls } from '../types/without-nulls.js';
import { removeById } from './remove-by-id.js';

@Resolver(() => ExtractionRun)
export class ExtractionRunResolver {
  @FieldResolver(() => BaseModel, { description: 'What the adapter is for.' })
  async base(@Root() run: ExtractionRun, @Ctx() { loaders }: ApiContext): Promise<BaseModel> {
    return await loaders.one(run.base);
  }

  @FieldResolver(() => BaseModel, { description: 'The fine-tuned checkpoint.' })
  async model(@Root() run: ExtractionRun, @Ctx() { loaders }: ApiContext): Promise<BaseModel> {
    return await loaders.one(run.model);
  }

  @FieldResolver(() => Adapter, { nullable: true, description: 'The adapter, when it is there.' })
  async output(@Root() run: ExtractionRun, @Ctx() { loaders }: ApiContext): Promise<Adapter | null> {
    return await loaders.maybe(run.output);
  }

  @Mutation(() => ExtractAdapterResult, {
    description: 'Queues the extraction of an adapter from a fine-tuned checkpoint; what it loses is reported.',
  })
  async extractAdapter(
    @Arg('input', () => ExtractAdapterInput, { description: 'What to extract, and how much of it.' })
    input: ExtractAdapterInput,
    @Ctx() { em, platform }: ApiContext,
  ): Promise<typeof ExtractAdapterResult> {
    const malformed = findMalformed([
      ['base model', input.base, ['base']],
      ['base model', input.model, ['model']],
    ]);
    if (malformed) return malformed;
    return await extractAdapter(em, platform, withoutNulls(input));
  }

  @Mutation(() => DeleteResult, { description: 'Deletes a finished extraction with the adapter that it made.' })
  async deleteExtractionRun(
    @Arg('id', () => ID, { description: 'The extraction.' }) id: string,
    @Ctx() context: ApiContext,
  ): Promise<typeof DeleteResult> {
    return await removeById(context, 'extraction', id, ExtractionRun);
  }
}
