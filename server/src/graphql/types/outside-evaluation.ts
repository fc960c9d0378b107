import { createUnionType, Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Score, SplitName } from '../../entities/index.js';
import { InvalidOptions, NotFound, QuotaExceeded, SourceRefused, StrategyUnavailable } from '../../services/index.js';
import { EvaluatorInput } from './placeholders.js';
import { Evaluations } from './results.js';

export enum AnswerBy {
  GENERATE = 'GENERATE',
  CHOOSE = 'CHOOSE',
  LIKELIHOOD = 'LIKELIHOOD',
}
registerEnumType(AnswerBy, {
  name: 'AnswerBy',
  description: 'How a model elsewhere is asked.',
  valuesConfig: {
    GENERATE: { description: 'It goes on from the prompt; what it writes is read as the answer.' },
    CHOOSE: { description: 'Of the label words the one that it finds likeliest is its answer.' },
    LIKELIHOOD: { description: 'It says how likely it finds the expected text.' },
  },
});

@InputType({ description: 'A model that runs elsewhere, and what to score it on.' })
export class EvaluateOutsideInput {
  @Field(() => EvaluatorInput, { description: 'Who asks it, and how: exactly one field.' })
  evaluator!: Record<string, unknown>;
  @Field(() => ID, { nullable: true, description: 'The adapter that it is. Left out: a bare base.' })
  adapter?: string | null;
  @Field(() => ID, { nullable: true, description: 'The base model that it is; needed where no adapter is given.' })
  base?: string | null;
  @Field(() => [ID], { description: 'Tasks of texts to score it on, one evaluation each.' })
  tasks!: string[];
  @Field(() => SplitName, { defaultValue: SplitName.TEST, description: 'Split to score it on.' })
  split: SplitName = SplitName.TEST;
  @Field(() => String, { nullable: true, description: 'The prompt to ask with. Left out: the first of each task.' })
  prompt?: string | null;
  @Field(() => AnswerBy, {
    nullable: true,
    description: 'How it is asked. Left out: as the metric of each task needs.',
  })
  by?: AnswerBy | null;
  @Field(() => Int, { defaultValue: 16, description: 'GENERATE: tokens of an answer at most.' })
  maxTokens: number = 16;
  @Field(() => Int, {
    nullable: true,
    description:
      'Only the first so many examples of the split; such a score is compared with others of the same number alone.',
  })
  maxExamples?: number | null;
}

export const EvaluateOutsideResult = createUnionType({
  name: 'EvaluateOutsideResult',
  description: 'Evaluations that were queued, or why none was.',
  types: () => [Evaluations, InvalidOptions, NotFound, QuotaExceeded, StrategyUnavailable] as const,
});

@InputType({ description: 'One task of the results of lm-evaluation-harness, and the task here that it is.' })
export class HarnessTaskInput {
  @Field(() => String, { description: 'Its name there, such as “glue_mrpc”.' })
  name!: string;
  @Field(() => ID, { description: 'The task here; its own metric must be among the figures there.' })
  task!: string;
  @Field(() => SplitName, { defaultValue: SplitName.TEST, description: 'The split here that it was scored on.' })
  split: SplitName = SplitName.TEST;
}

@InputType({ description: 'Results of lm-evaluation-harness on the server’s machine.' })
export class ImportHarnessScoresInput {
  @Field(() => String, { description: 'The results_….json, relative to CRUCIBLE_IMPORT_ROOT.' })
  file!: string;
  @Field(() => ID, { nullable: true, description: 'The adapter that was scored. Left out: a bare base.' })
  adapter?: string | null;
  @Field(() => ID, { nullable: true, description: 'The base model that was scored; needed where no adapter is given.' })
  base?: string | null;
  @Field(() => [HarnessTaskInput], { description: 'Which of its tasks are taken, and what they are here.' })
  tasks!: HarnessTaskInput[];
}

@ObjectType({ description: 'Scores that another program measured.' })
export class ImportedScores {
  @Field(() => [Score], { description: 'In the order of the tasks that were asked for.' })
  readonly scores: readonly Score[];

  constructor(scores: readonly Score[]) {
    this.scores = scores;
  }
}

export const ImportHarnessScoresResult = createUnionType({
  name: 'ImportHarnessScoresResult',
  description: 'The scores that were taken in, or why none was.',
  types: () => [ImportedScores, InvalidOptions, NotFound, QuotaExceeded, SourceRefused] as const,
});
