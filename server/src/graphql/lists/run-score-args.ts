import { ArgsType, Field } from 'type-graphql';
import { SplitName } from '../../entities/index.js';
import { FirstArgs } from './first-arg.js';

@ArgsType()
export class RunScoreArgs extends FirstArgs {
  @Field(() => SplitName, { nullable: true, description: 'Only scores on this split; all if left out.' })
  split?: SplitName | null;
}
