import {
  Arg,
  createUnionType,
  Ctx,
  Field,
  FieldResolver,
  Float,
  ID,
  InputType,
  Int,
  ObjectType,
  Query,
  registerEnumType,
  Resolver,
  Root,
} from 'type-graphql';
import { compare, type ComparedSubjectRow } from '../../comparison/compare.js';
import type { ComparisonReference } from '../../comparison/find-references.js';
import type { ComparedSubject } from '../../comparison/find-scores.js';
import { OutcomeCache } from '../../comparison/outcome-cache.js';
import type { Platform } from '../../platform/index.js';
import { Adapter, BaseModel, FusionRun, Score, SplitName, Task } from '../../entities/index.js';
import { InvalidOptions, NotFound, Problem, QuotaExceeded } from '../../services/index.js';
import type { ApiContext } from '../context/api-context.js';

export enum ComparisonAgainst {
  BASE = 'BASE',
  SPECIALIST = 'SPECIALIST',
  SUBJECT = 'SUBJECT',
}
registerEnumType(ComparisonAgainst, {
  name: 'ComparisonAgainst',
  description: 'What each score is compared with.',
  valuesConfig: {
    BASE: { description: 'What the bare base scores on the task.' },
    SPECIALIST: { description: 'What the best adapter that was trained on the task scores.' },
    SUBJECT: { description: 'What one of the subjects scores: `referenceSubject`.' },
  },
});

@InputType({ description: 'One thing to compare. Exactly one field is given.' })
export class ComparisonSubjectInput {
  @Field(() => ID, { nullable: true, description: 'A fusion run, by what its output scored.' })
  run?: string | null;
  @Field(() => ID, { nullable: true, description: 'An adapter.' })
  adapter?: string | null;
  @Field(() => ID, { nullable: true, description: 'A bare base model.' })
  base?: string | null;
}

@InputType({ description: 'Subjects × tasks, against a reference.' })
class ComparisonInput {
  @Field(() => [ComparisonSubjectInput], { description: 'Runs, adapters and bases, in the order of the answer.' })
  subjects!: ComparisonSubjectInput[];
  @Field(() => [ID], { description: 'Tasks, in the order of the answer.' })
  tasks!: string[];
  @Field(() => SplitName, { defaultValue: SplitName.TEST, description: 'Split whose scores are compared.' })
  split: SplitName = SplitName.TEST;
  @Field(() => ComparisonAgainst, {
    defaultValue: ComparisonAgainst.SPECIALIST,
    description: 'What each score is compared with.',
  })
  against: ComparisonAgainst = ComparisonAgainst.SPECIALIST;
  @Field(() => Int, {
    nullable: true,
    description: 'Which subject is the reference, from 0, where `against` is SUBJECT.',
  })
  referenceSubject?: number | null;
  @Field(() => Float, {
    defaultValue: 0.05,
    description: 'Chance of a false claim that is accepted, for all tasks of a subject together.',
  })
  alpha: number = 0.05;
  @Field(() => Int, { defaultValue: 0, description: 'Seed of the bootstrap.' })
  seed: number = 0;
}

@ObjectType({ description: 'How a score differs from its reference, on the same examples.' })
export class PairedDifference {
  @Field(() => Float, { description: 'The score less the reference’s.' })
  difference!: number;
  @Field(() => Float, { description: 'Two-sided p of the exact McNemar test.' })
  pValue!: number;
  @Field(() => Float, { description: 'The same, adjusted by Holm over the tasks of the subject.' })
  pAdjusted!: number;
  @Field(() => Boolean, { description: 'Whether `pAdjusted` is at most `alpha`.' })
  significant!: boolean;
  @Field(() => Int, { description: 'Examples that the reference alone got right.' })
  lost!: number;
  @Field(() => Int, { description: 'Examples that the subject alone got right.' })
  won!: number;
  @Field(() => Float, {
    nullable: true,
    description:
      'Least difference that these pairs could show at `alpha`, for one task by itself; none where too few disagree to show any.',
  })
  leastSignificant!: number | null;
}

@ObjectType({
  description: 'A difference of mean accuracies, with the interval that resampling the examples gives it.',
})
export class MeanDifference {
  @Field(() => Float, { description: 'Mean over the tasks of the differences.' })
  difference!: number;
  @Field(() => Float, { description: 'Lower end of the interval.' })
  low!: number;
  @Field(() => Float, { description: 'Upper end of the interval.' })
  high!: number;
  @Field(() => Float, { description: 'Share of such intervals that hold the truth.' })
  confidence!: number;
}

@ObjectType({ description: 'One subject on one task.' })
export class ComparisonCell {
  @Field(() => Score, { nullable: true, description: 'Its latest score; none where it was not scored.' })
  score!: Score | null;
  @Field(() => Score, { nullable: true, description: 'What it is compared with.' })
  reference!: Score | null;
  @Field(() => PairedDifference, {
    nullable: true,
    description: 'None where there is no reference, or the two are one score or of different examples.',
  })
  difference!: PairedDifference | null;
}

export const ComparisonSubject = createUnionType({
  name: 'ComparisonSubject',
  description: 'What is compared.',
  types: () => [FusionRun, Adapter, BaseModel] as const,
});

@ObjectType({ description: 'One thing that a subject was made with.' })
export class ComparisonSetting {
  @Field(() => String, {
    description: 'Its name: of an option, or `strategy`, `version`, `space`, `rank`, `adapters`, `seed`.',
  })
  name!: string;
  @Field(() => String, { description: 'What it is, as text.' })
  value!: string;
}

@ObjectType({ description: 'One subject on all tasks.' })
export class ComparisonRow {
  @Field(() => ComparisonSubject, { description: 'The run, adapter or base.' })
  subject!: typeof ComparisonSubject;
  @Field(() => Boolean, {
    description:
      'Whether it was chosen by its scores on this very split, so that they flatter it: a sweep’s choice, on VALIDATION.',
  })
  chosenHere!: boolean;
  @Field(() => [ComparisonSetting], {
    description: 'What it was made with. Runs that differ in `seed` alone are repetitions of each other.',
  })
  settings!: readonly ComparisonSetting[];
  @Field(() => [ComparisonCell], { description: 'One per task, in the order of the tasks.' })
  cells!: readonly ComparisonCell[];
  @Field(() => Float, { nullable: true, description: 'Mean over the tasks; none until all are scored.' })
  mean!: number | null;
  @Field(() => Float, { nullable: true, description: 'Least score; none until all tasks are scored.' })
  worst!: number | null;
  @Field(() => Int, { nullable: true, description: 'Place of the worst task among the tasks, from 0.' })
  worstTask!: number | null;
  @Field(() => Boolean, {
    description: 'Whether another subject is at least as good in mean and worst task, and better in one of them.',
  })
  dominated!: boolean;
  @Field(() => MeanDifference, {
    nullable: true,
    description: 'Of the means, by paired bootstrap; none where a task lacks a pair, or there are too many subjects.',
  })
  meanDifference!: MeanDifference | null;
}

@ObjectType({ description: 'Scores of many subjects on the same tasks, each against its reference.' })
export class Comparison {
  @Field(() => [Task], { description: 'The tasks, as asked for.' })
  tasks!: readonly Task[];
  @Field(() => SplitName, { description: 'The split whose scores these are.' })
  split!: SplitName;
  @Field(() => Float, { description: 'Chance of a false claim per subject.' })
  alpha!: number;
  @Field(() => Boolean, { description: 'Whether means were bootstrapped: of up to 100 subjects they are.' })
  bootstrapped!: boolean;
  @Field(() => [ComparisonRow], { description: 'One per subject, as asked for.' })
  rows!: readonly ComparisonRow[];
}

const ComparisonResult = createUnionType({
  name: 'ComparisonResult',
  description: 'The comparison, or why there is none.',
  types: () => [Comparison, InvalidOptions, NotFound, QuotaExceeded] as const,
});

/** One per platform: outcomes that a comparison read are there for the next. */
const caches = new WeakMap<Platform, OutcomeCache>();
export function cacheOf(platform: Platform): OutcomeCache {
  const cache = caches.get(platform) ?? new OutcomeCache(platform.blobs);
  caches.set(platform, cache);
  return cache;
}

@Resolver(() => Comparison)
export class ComparisonResolver {
  @Query(() => ComparisonResult, {
    description:
      'Runs, adapters and bases × tasks: absolute scores, differences from a reference with exact paired tests on the same examples (Holm over the tasks of each), mean and worst task, and who is dominated.',
  })
  async comparison(
    @Arg('input', () => ComparisonInput, { description: 'What to compare, and with what.' }) input: ComparisonInput,
    @Ctx() { em, platform }: ApiContext,
  ): Promise<typeof ComparisonResult> {
    const subjects = input.subjects.map(subjectOf);
    const unclear = subjects.findIndex((subject) => subject === undefined);
    if (unclear >= 0) {
      const message = `Subject ${unclear} names none or several; give one of run, adapter and base.`;
      return new InvalidOptions([{ code: 'COMPARISON_INVALID', message, path: ['subjects', unclear] }]);
    }
    const compared = await compare(em, cacheOf(platform), {
      subjects: subjects as ComparedSubject[],
      tasks: input.tasks,
      split: input.split,
      reference: referenceOf(input),
      alpha: input.alpha,
      seed: input.seed,
    });
    if (compared instanceof Problem) return compared;
    const { tasks, bootstrapped, rows } = compared;
    const { split, alpha } = input;
    return Object.assign(new Comparison(), { tasks, split, alpha, bootstrapped, rows: rows.map(rowOf) });
  }

  @FieldResolver(() => Int, { description: 'Number of subjects.' })
  subjectCount(@Root() { rows }: Comparison): number {
    return rows.length;
  }
}

export function subjectOf({ run, adapter, base }: ComparisonSubjectInput): ComparedSubject | undefined {
  const given = [
    ...(run ? [{ kind: 'RUN', id: run } as const] : []),
    ...(adapter ? [{ kind: 'ADAPTER', id: adapter } as const] : []),
    ...(base ? [{ kind: 'BASE', id: base } as const] : []),
  ];
  return given.length === 1 ? given[0] : undefined;
}

function referenceOf({ against, referenceSubject }: ComparisonInput): ComparisonReference {
  if (against === ComparisonAgainst.SUBJECT) return { kind: 'SUBJECT', subject: referenceSubject ?? -1 };
  return { kind: against === ComparisonAgainst.BASE ? 'BASE' : 'SPECIALIST' };
}

function rowOf({ subject, scores, references, chosenHere, settings, row }: ComparedSubjectRow): ComparisonRow {
  const { differences, ...summary } = row;
  const cells = scores.map((score, task) =>
    Object.assign(new ComparisonCell(), {
      score,
      reference: references[task] ?? null,
      difference: differences[task] ?? null,
    }),
  );
  return Object.assign(new ComparisonRow(), { subject, chosenHere, settings, cells, ...summary });
}
