import { Field, ObjectType } from 'type-graphql';
import { AnswerBy } from './outside-evaluation.js';

@ObjectType({ description: 'A way to ask models that run elsewhere.' })
export class InstalledEvaluator {
  @Field(() => String, { description: 'Its field in EvaluatorInput, such as “openAi”.' })
  readonly key: string;
  @Field(() => String, { description: 'Its name for people.' })
  readonly title: string;
  @Field(() => String, { description: 'What it does, in a few sentences.' })
  readonly description: string;
  @Field(() => [AnswerBy], { description: 'What it can be asked.' })
  readonly answers: readonly AnswerBy[];

  constructor(key: string, title: string, description: string, answers: readonly AnswerBy[]) {
    this.key = key;
    this.title = title;
    this.description = description;
    this.answers = answers;
  }
}
