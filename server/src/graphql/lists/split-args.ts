import { ArgsType, Field } from 'type-graphql';
import { SplitName } from '../../entities/index.js';
import { FirstArgs } from './first-arg.js';

@ArgsType()
export class SplitArgs extends FirstArgs {
  @Field(() => SplitName, { defaultValue: SplitName.TEST, description: 'Only scores on this split.' })
  split: SplitName = SplitName.TEST;
}
