import {
  Arg,
  createUnionType,
  Ctx,
  Field,
  ID,
  InputType,
  Int,
  ObjectType,
  Query,
  registerEnumType,
  Resolver,
} from 'type-graphql';
import { findOutcomes, sortOutcomes, type Change } from '../../comparison/find-outcomes.js';
import { comparisonLimits } from '../../comparison/limits.js';
import { Score, SplitName, Task } from '../../entities/index.js';
import { readSamples } from '../../samples/index.js';
import { InvalidOptions, NotFound, Problem } from '../../services/index.js';
import type { ApiContext } from '../context/api-context.js';
import { cacheOf, ComparisonAgainst, ComparisonSubjectInput, subjectOf } from './comparison.js';
import { sampleOf, SPLITS, TaskSample } from './task-sample.js';

enum OutcomeChange {
  WON = 'WON',
  LOST = 'LOST',
  BOTH_RIGHT = 'BOTH_RIGHT',
  BOTH_WRONG = 'BOTH_WRONG',
}
registerEnumType(OutcomeChange, {
  name: 'OutcomeChange',
  description: 'What became of an example from the reference to the subject.',
  valuesConfig: {
    WON: { description: 'Right by the subject alone.' },
    LOST: { description: 'Right by the reference alone.' },
    BOTH_RIGHT: { description: 'Right by both.' },
    BOTH_WRONG: { description: 'Wrong by both.' },
  },
});

@InputType({ description: 'Two scores of one task, example by example.' })
class OutcomesInput {
  @Field(() => ComparisonSubjectInput, { description: 'What is compared.' })
  subject!: ComparisonSubjectInput;
  @Field(() => ComparisonAgainst, {
    defaultValue: ComparisonAgainst.SPECIALIST,
    description: 'What it is compared with.',
  })
  against: ComparisonAgainst = ComparisonAgainst.SPECIALIST;
  @Field(() => ComparisonSubjectInput, {
    nullable: true,
    description: 'What it is compared with, where `against` is SUBJECT.',
  })
  reference?: ComparisonSubjectInput | null;
  @Field(() => ID, { description: 'On which task.' })
  task!: string;
  @Field(() => SplitName, { defaultValue: SplitName.TEST, description: 'On which split.' })
  split: SplitName = SplitName.TEST;
  @Field(() => [OutcomeChange], {
    defaultValue: [OutcomeChange.WON, OutcomeChange.LOST],
    description: 'Which examples to show; those that flipped if left out.',
  })
  changes!: OutcomeChange[];
  @Field(() => Int, { defaultValue: 24, description: `Examples to show, 1 to ${comparisonLimits.outcomesShown}.` })
  first: number = 24;
  @Field(() => Int, { defaultValue: 0, description: 'Examples to leave out before them.' })
  skip: number = 0;
}

@ObjectType({ description: 'How many examples a change has.' })
class OutcomeCount {
  @Field(() => OutcomeChange, { description: 'The change.' })
  change!: OutcomeChange;
  @Field(() => Int, { description: 'Its examples.' })
  count!: number;
}

@ObjectType({ description: 'An example, and what became of it.' })
class OutcomeExample {
  @Field(() => OutcomeChange, { description: 'What became of it.' })
  change!: OutcomeChange;
  @Field(() => TaskSample, { description: 'The example.' })
  sample!: TaskSample;
}

@ObjectType({ description: 'What a subject and its reference got right and wrong on a task, example by example.' })
class Outcomes {
  @Field(() => Task, { description: 'The task.' })
  task!: Task;
  @Field(() => Score, { description: 'The subject’s score.' })
  score!: Score;
  @Field(() => Score, { description: 'The reference’s score.' })
  reference!: Score;
  @Field(() => [OutcomeCount], { description: 'Of all examples, whatever is shown: together they are `score.n`.' })
  counts!: readonly OutcomeCount[];
  @Field(() => Int, { description: 'Examples with one of the changes asked for.' })
  totalCount!: number;
  @Field(() => [OutcomeExample], {
    description: 'They, in the split’s order; fewer than asked for where pictures are large.',
  })
  examples!: readonly OutcomeExample[];
  @Field(() => Int, { nullable: true, description: 'What to skip for the next ones; none at the end.' })
  next!: number | null;
}

const OutcomesResult = createUnionType({
  name: 'OutcomesResult',
  description: 'The examples, or why there are none to show.',
  types: () => [Outcomes, InvalidOptions, NotFound] as const,
});

@Resolver()
export class OutcomesResolver {
  @Query(() => OutcomesResult, {
    description:
      'Which examples of a task flipped between two scores: the pairs behind `PairedDifference`, with their pictures or texts.',
  })
  async outcomes(
    @Arg('input', () => OutcomesInput, { description: 'Which two scores, and which of their examples.' })
    input: OutcomesInput,
    @Ctx() { em, platform }: ApiContext,
  ): Promise<typeof OutcomesResult> {
    const subject = subjectOf(input.subject);
    const other = input.reference ? subjectOf(input.reference) : undefined;
    const refuse = (message: string, path: string): InvalidOptions =>
      new InvalidOptions([{ code: 'COMPARISON_INVALID', message, path: [path] }]);
    if (!subject) return refuse('The subject names none or several; give one of run, adapter and base.', 'subject');
    if (input.against === ComparisonAgainst.SUBJECT && !other) {
      return refuse('The reference names none or several; give one of run, adapter and base.', 'reference');
    }
    if (!(input.first >= 1 && input.first <= comparisonLimits.outcomesShown)) {
      return refuse(`first is ${input.first}; ask for 1 to ${comparisonLimits.outcomesShown} examples.`, 'first');
    }
    if (input.skip < 0) return refuse(`skip is ${input.skip}; give 0 or more.`, 'skip');
    const found = await findOutcomes(em, cacheOf(platform), {
      subject,
      reference:
        input.against === ComparisonAgainst.SUBJECT ? { kind: 'SUBJECT', subject: other! } : { kind: input.against },
      task: input.task,
      split: input.split,
    });
    if (found instanceof Problem) return found;
    const { task, score, reference, changeOf } = found;
    const { counts, places } = sortOutcomes(found, new Set<Change>(input.changes));
    const shown = places.slice(input.skip, input.skip + input.first);
    const path = await platform.blobs.locate(task.digest);
    const samples = shown.length > 0 ? await readSamples(path, SPLITS[input.split], shown) : [];
    const end = input.skip + samples.length;
    return Object.assign(new Outcomes(), {
      task,
      score,
      reference,
      counts: Object.entries(counts).map(([change, count]) => Object.assign(new OutcomeCount(), { change, count })),
      totalCount: places.length,
      examples: samples.map((sample) =>
        Object.assign(new OutcomeExample(), { change: changeOf(sample.position), sample: sampleOf(task, sample) }),
      ),
      next: samples.length > 0 && end < places.length ? end : null,
    });
  }
}
