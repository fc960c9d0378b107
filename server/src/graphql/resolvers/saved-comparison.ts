import {
  Arg,
  Args,
  ArgsType,
  createUnionType,
  Ctx,
  Field,
  ID,
  InputType,
  Mutation,
  Query,
  Resolver,
} from 'type-graphql';
import { comparisonLimits } from '../../comparison/limits.js';
import { SavedComparison } from '../../entities/index.js';
import { InvalidOptions, NotFound, QuotaExceeded } from '../../services/index.js';
import type { ApiContext } from '../context/api-context.js';
import { connectionType, type Page } from '../lists/connection.js';
import { conditions } from '../lists/filters.js';
import { findPage } from '../lists/find-page.js';
import { isUuid } from '../lists/ids.js';
import { OrderDirection } from '../lists/order-direction.js';
import { orderType, type Order } from '../lists/order-type.js';
import { PageArgs } from '../lists/page-args.js';
import { Deleted, DeleteResult } from '../types/results.js';

const SavedComparisonConnection = connectionType('SavedComparison', SavedComparison);
const SavedComparisonOrder = orderType('SavedComparison', {
  CREATED_AT: 'createdAt',
  NAME: 'name',
  UPDATED_AT: 'updatedAt',
});

@InputType({ description: 'Which saved comparisons a list holds.' })
class SavedComparisonFilter {
  @Field(() => String, { nullable: true, description: 'Text that the name contains, in any case.' })
  search?: string | null;
}

@ArgsType()
class SavedComparisonArgs extends PageArgs {
  @Field(() => SavedComparisonFilter, { nullable: true, description: 'Which ones.' })
  filter?: SavedComparisonFilter | null;
  @Field(() => SavedComparisonOrder, { nullable: true, description: 'Latest first if left out.' })
  orderBy?: Order<'createdAt' | 'name' | 'updatedAt'> | null;
}

@InputType({ description: 'A comparison to save.' })
class SaveComparisonInput {
  @Field(() => String, { description: `Its name, 1 to ${comparisonLimits.savedName} characters.` })
  name!: string;
  @Field(() => String, {
    description: `The query of the console’s address /compare, up to ${comparisonLimits.savedState} characters.`,
  })
  state!: string;
}

@InputType({ description: 'What to change of a saved comparison; what is left out stays.' })
class UpdateSavedComparisonInput {
  @Field(() => String, { nullable: true, description: 'Another name.' })
  name?: string | null;
  @Field(() => String, { nullable: true, description: 'Another state.' })
  state?: string | null;
}

const SaveComparisonResult = createUnionType({
  name: 'SaveComparisonResult',
  description: 'The comparison as it is saved, or why it is not.',
  types: () => [SavedComparison, InvalidOptions, NotFound, QuotaExceeded] as const,
});

@Resolver(() => SavedComparison)
export class SavedComparisonResolver {
  @Query(() => SavedComparisonConnection, { description: 'Comparisons that were saved under a name.' })
  async savedComparisons(
    @Args(() => SavedComparisonArgs) { filter, orderBy, ...page }: SavedComparisonArgs,
    @Ctx() { em }: ApiContext,
  ): Promise<Page<SavedComparison>> {
    return await findPage(
      em,
      {
        entity: SavedComparison,
        where: conditions.contains(['name'], filter?.search),
        orderBy: orderBy?.field ?? 'createdAt',
        direction: orderBy?.direction ?? OrderDirection.DESC,
      },
      page,
    );
  }

  @Mutation(() => SaveComparisonResult, { description: 'Saves a comparison under a name.' })
  async saveComparison(
    @Arg('input', () => SaveComparisonInput, { description: 'What to save.' }) { name, state }: SaveComparisonInput,
    @Ctx() { em }: ApiContext,
  ): Promise<typeof SaveComparisonResult> {
    const problem = checkSaved({ name, state });
    if (problem) return problem;
    const known = await em.count(SavedComparison);
    if (known >= comparisonLimits.saved) {
      return new QuotaExceeded('saved comparisons', known + 1, comparisonLimits.saved, ['name']);
    }
    const saved = em.create(SavedComparison, { name: name.trim(), state } as never);
    await em.flush();
    return saved;
  }

  @Mutation(() => SaveComparisonResult, { description: 'Changes a saved comparison.' })
  async updateSavedComparison(
    @Arg('id', () => ID, { description: 'The saved comparison.' }) id: string,
    @Arg('input', () => UpdateSavedComparisonInput, { description: 'What to change.' })
    input: UpdateSavedComparisonInput,
    @Ctx() { em }: ApiContext,
  ): Promise<typeof SaveComparisonResult> {
    const saved = isUuid(id) ? await em.findOne(SavedComparison, { id }) : null;
    if (saved === null) return new NotFound('saved comparison', id, ['id']);
    const { name, state } = { name: input.name ?? saved.name, state: input.state ?? saved.state };
    const problem = checkSaved({ name, state });
    if (problem) return problem;
    Object.assign(saved, { name: name.trim(), state, updatedAt: new Date() });
    await em.flush();
    return saved;
  }

  @Mutation(() => DeleteResult, { description: 'Deletes a saved comparison; what it compares stays.' })
  async deleteSavedComparison(
    @Arg('id', () => ID, { description: 'The saved comparison.' }) id: string,
    @Ctx() { em }: ApiContext,
  ): Promise<typeof DeleteResult> {
    if (!isUuid(id) || (await em.nativeDelete(SavedComparison, { id })) === 0) {
      return new NotFound('saved comparison', id, ['id']);
    }
    return new Deleted(id);
  }
}

/** A state is the query of an address and nothing else: it is never put into an address that leads elsewhere. */
const STATE = /^[\w.~*%=&+-]*$/;

function checkSaved({ name, state }: SaveComparisonInput): InvalidOptions | undefined {
  const issues: { code: string; message: string; path: string[] }[] = [];
  const refuse = (message: string, path: string): void =>
    void issues.push({ code: 'SAVED_COMPARISON_INVALID', message, path: [path] });
  const { savedName, savedState } = comparisonLimits;
  if (name.trim() === '' || name.length > savedName) {
    refuse(`The name has ${name.trim().length} characters; give 1 to ${savedName}.`, 'name');
  }
  if (state.length > savedState)
    refuse(`The state has ${state.length} characters; ${savedState} are allowed.`, 'state');
  else if (!STATE.test(state)) {
    refuse('The state is no query of an address; give what stands behind the question mark of /compare.', 'state');
  }
  return issues.length > 0 ? new InvalidOptions(issues) : undefined;
}
