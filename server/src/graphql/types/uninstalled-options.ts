import { Field, ObjectType } from 'type-graphql';

/** The member of `StrategyOptions` for runs whose strategy, or whose version of it, is gone: their options have no type any more. */
@ObjectType({ description: 'Options of a run whose strategy is not installed any more in the version that made it.' })
export class UninstalledStrategyOptions {
  @Field(() => String, { description: 'Key of the strategy.' })
  readonly strategy: string;
  @Field(() => String, { description: 'The options as JSON.' })
  readonly json: string;
  constructor(strategy: string, options: unknown) {
    this.strategy = strategy;
    this.json = JSON.stringify(options);
  }
}
