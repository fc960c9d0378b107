import { ArgsType, Field, InputType, Int } from 'type-graphql';
import { requestLimits } from '../limits/request-limits.js';

@InputType({
  description:
    'A page by its number of items, for tables with page numbers. Cursors are safer where rows are added while one reads.',
})
export class PageInput {
  @Field(() => Int, { defaultValue: 0, description: 'Items to skip, 0 or more.' })
  offset: number = 0;

  @Field(() => Int, {
    defaultValue: requestLimits.defaultPage,
    description: `Items to return, 1 to ${requestLimits.maxPage}.`,
  })
  limit: number = requestLimits.defaultPage;
}

@ArgsType()
export class PageArgs {
  @Field(() => Int, {
    nullable: true,
    description: `Items to return, 1 to ${requestLimits.maxPage}; ${requestLimits.defaultPage} if left out.`,
  })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'A cursor of this list: items after it are returned.' })
  after?: string | null;

  @Field(() => PageInput, { nullable: true, description: 'Instead of `first` and `after`.' })
  page?: PageInput | null;
}
