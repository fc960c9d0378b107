import { createUnionType, Field, Float, ID, InputType, Int, ObjectType } from 'type-graphql';
import { BaseModel, CellKind, CellState, Experiment, FusionSpaceName, JobProblem, Task } from '../../entities/index.js';
import {
  IncompatibleAdapters,
  InvalidOptions,
  NotFound,
  QuotaExceeded,
  StrategyUnavailable,
} from '../../services/index.js';
import { StrategyGridInput, StrategyInput, StrategyOptions } from './placeholders.js';

@InputType({ description: 'One way of training and merging: adapters, one per task, and where they are merged.' })
export class ExperimentModeInput {
  @Field(() => String, { description: 'What it is called in the tables, such as "LoRA delta"; no two are the same.' })
  name!: string;
  @Field(() => [ID], { description: 'One adapter for each task, in any order; every mode has the same tasks.' })
  adapters!: string[];
  @Field(() => FusionSpaceName, {
    nullable: true,
    description: 'Where to merge. Left out: the most exact space that each strategy offers for these adapters.',
  })
  space?: FusionSpaceName | null;
}

@InputType({ description: 'A strategy of an experiment, with its options or a grid of them.' })
export class ExperimentStrategyInput {
  @Field(() => String, { nullable: true, description: 'What it is called in the tables. Left out: its title.' })
  name?: string | null;
  @Field(() => StrategyInput, {
    nullable: true,
    description: 'The strategy with options; beside `grid`, those that all its points share.',
  })
  strategy?: Record<string, unknown> | null;
  @Field(() => StrategyGridInput, {
    nullable: true,
    description: 'Values to choose from for each subset, by the mean accuracy on VALIDATION of the subset’s tasks.',
  })
  grid?: Record<string, unknown> | null;
}

@InputType({ description: 'Every subset of the tasks × strategies × modes × seeds.' })
export class ExperimentInput {
  @Field(() => String, { nullable: true, description: 'A name for people.' })
  name?: string | null;
  @Field(() => [ExperimentModeInput], { description: 'The modes; the first says the order of the tasks.' })
  modes!: ExperimentModeInput[];
  @Field(() => [ExperimentStrategyInput], { description: 'The strategies.' })
  strategies!: ExperimentStrategyInput[];
  @Field(() => [Int], { nullable: true, description: 'Sizes of the subsets, 2 or more. Left out: 2 to all.' })
  sizes?: number[] | null;
  @Field(() => [[ID]], { nullable: true, description: 'Subsets by their tasks, instead of all subsets of the sizes.' })
  subsets?: string[][] | null;
  @Field(() => [Int], { nullable: true, description: 'Seeds of the fusions. Left out: 0.' })
  seeds?: number[] | null;
  @Field(() => Int, {
    nullable: true,
    description:
      'Examples of VALIDATION per task that options are chosen by, 250 if left out; all where there are fewer.',
  })
  validationExamples?: number | null;
  @Field(() => Int, { nullable: true, description: 'Examples of TEST per task that are reported on. Left out: all.' })
  testExamples?: number | null;
}

@ObjectType({ description: 'What an experiment would take.' })
export class ExperimentPlan {
  @Field(() => BaseModel, { description: 'The base model of all adapters.' })
  base!: BaseModel;
  @Field(() => [Task], { description: 'The tasks, in the order of the first mode.' })
  tasks!: readonly Task[];
  @Field(() => Int, { description: 'Subsets of the tasks.' })
  subsets!: number;
  @Field(() => Int, { description: 'Fused models, specialists and the base on each task.' })
  cells!: number;
  @Field(() => Int, { description: 'Cells whose figures are known already: they are not computed again.' })
  known!: number;
  @Field(() => Int, { description: 'Models to be fused, those that options are chosen from included.' })
  fusions!: number;
  @Field(() => Int, { description: 'Models × tasks to be scored.' })
  evaluations!: number;
  @Field(() => Int, { description: 'Forward passes, those of searches included.' })
  images!: number;
  @Field(() => Float, {
    nullable: true,
    description:
      'Images that one process has scored in a second on this base, fusing included; none before any was measured.',
  })
  imagesPerSecond!: number | null;
  @Field(() => Int, { description: 'Processes that work side by side.' })
  processes!: number;
  @Field(() => Float, {
    nullable: true,
    description:
      'Minutes at that rate; none before any was measured. A rate of single evaluations is slower than an experiment’s.',
  })
  minutes!: number | null;
}

const PROBLEMS = [InvalidOptions, IncompatibleAdapters, StrategyUnavailable, NotFound, QuotaExceeded] as const;
export const ExperimentPlanResult = createUnionType({
  name: 'ExperimentPlanResult',
  description: 'What an experiment would take, or what stands in its way.',
  types: () => [ExperimentPlan, ...PROBLEMS] as const,
});
export const ExperimentResult = createUnionType({
  name: 'ExperimentResult',
  description: 'An experiment that was queued, or why none was.',
  types: () => [Experiment, ...PROBLEMS] as const,
});

@ObjectType({
  description: 'A figure with its 95 % interval: the examples drawn anew, tasks, adapters and subsets as they are.',
})
export class Estimate {
  @Field(() => Float, { description: 'The figure.' })
  value!: number;
  @Field(() => Float, { description: 'Lower end.' })
  low!: number;
  @Field(() => Float, { description: 'Upper end.' })
  high!: number;
}

@ObjectType({ description: 'One mode of an experiment.' })
export class ExperimentMode {
  @Field(() => Int, { description: 'Its place, from 0: what cells name it by.' })
  index!: number;
  @Field(() => String, { description: 'What it is called.' })
  name!: string;
  @Field(() => String, { description: 'Method of its adapters, such as L_LORA.' })
  method!: string;
  @Field(() => FusionSpaceName, { nullable: true, description: 'Where it merges, where that was asked for.' })
  space!: FusionSpaceName | null;
  @Field(() => [Float], {
    nullable: 'items',
    description: 'Accuracy of its specialists on TEST, by task; none until it is known.',
  })
  specialists!: readonly (number | null)[];
}

@ObjectType({ description: 'One strategy of an experiment.' })
export class ExperimentStrategy {
  @Field(() => Int, { description: 'Its place, from 0: what cells name it by.' })
  index!: number;
  @Field(() => String, { description: 'What it is called.' })
  name!: string;
  @Field(() => String, { description: 'Its field in `StrategyInput`.' })
  key!: string;
  @Field(() => String, { description: 'Version of the plugin that brought it.' })
  version!: string;
  @Field(() => [StrategyOptions], {
    description: 'Options that are chosen from, defaults filled in; one: nothing to choose.',
  })
  points!: readonly object[];
}

@ObjectType({ description: 'One task of a cell, on TEST.' })
export class ExperimentScore {
  @Field(() => Task, { description: 'The task.' })
  task!: Task;
  @Field(() => Float, { description: 'Share of right answers.' })
  accuracy!: number;
  @Field(() => Int, { description: 'Number of examples.' })
  n!: number;
  @Field(() => Int, { description: 'Right answers.' })
  correct!: number;
  @Field(() => Float, { description: 'Mean cross-entropy in nats.' })
  loss!: number;
}

@ObjectType({ description: 'One model of an experiment: a fusion of a subset, a specialist, or the base on a task.' })
export class ExperimentTableCell {
  @Field(() => Int, { description: 'Its number, from 0.' })
  index!: number;
  @Field(() => CellKind, { description: 'What it scores.' })
  kind!: CellKind;
  @Field(() => CellState, { description: 'Where it stands.' })
  state!: CellState;
  @Field(() => [Task], { description: 'The tasks that are fused, and that it is scored on.' })
  tasks!: readonly Task[];
  @Field(() => Int, { nullable: true, description: 'Place of its mode; none for the base.' })
  mode!: number | null;
  @Field(() => Int, { nullable: true, description: 'Place of its strategy; of fusions.' })
  strategy!: number | null;
  @Field(() => Int, { description: 'Seed of the fusion.' })
  seed!: number;
  @Field(() => FusionSpaceName, { nullable: true, description: 'Where it was merged; of fusions.' })
  space!: FusionSpaceName | null;
  @Field(() => StrategyOptions, { nullable: true, description: 'The options that were used, when it is known.' })
  options!: object | null;
  @Field(() => [Float], {
    nullable: true,
    description: 'Mean accuracy on VALIDATION of each point, where there was something to choose.',
  })
  validation!: readonly number[] | null;
  @Field(() => [ExperimentScore], { description: 'Task by task; none until it is known.' })
  scores!: readonly ExperimentScore[];
  @Field(() => Estimate, { nullable: true, description: 'Mean accuracy over its tasks.' })
  mean!: Estimate | null;
  @Field(() => Float, { nullable: true, description: 'Least accuracy.' })
  worst!: number | null;
  @Field(() => Task, { nullable: true, description: 'The task of the least accuracy.' })
  worstTask!: Task | null;
  @Field(() => Estimate, {
    nullable: true,
    description:
      'Mean of accuracy / that of the specialist of its own mode, as the paper normalizes; specialists count as known.',
  })
  normalizedByOwn!: Estimate | null;
  @Field(() => Estimate, {
    nullable: true,
    description: 'Mean of accuracy / that of the best specialist of any mode; specialists count as known.',
  })
  normalizedByBest!: Estimate | null;
  @Field(() => JobProblem, { nullable: true, description: 'Why it could not be computed.' })
  problem!: JobProblem | null;
}

@ObjectType({ description: 'What a strategy in a mode gives over all subsets of one size.' })
export class ExperimentSize {
  @Field(() => Int, { description: 'Tasks that are fused.' })
  size!: number;
  @Field(() => Int, { description: 'Place of the mode.' })
  mode!: number;
  @Field(() => Int, { description: 'Place of the strategy.' })
  strategy!: number;
  @Field(() => Int, { description: 'Models with figures.' })
  cells!: number;
  @Field(() => Int, { description: 'Models that there shall be.' })
  expected!: number;
  @Field(() => Estimate, { nullable: true, description: 'Mean over the models of their mean accuracies.' })
  mean!: Estimate | null;
  @Field(() => Float, { nullable: true, description: 'Mean over the models of their least accuracies.' })
  worst!: number | null;
  @Field(() => Estimate, { nullable: true, description: 'Mean normalized by the specialists of its own mode.' })
  normalizedByOwn!: Estimate | null;
  @Field(() => Estimate, { nullable: true, description: 'Mean normalized by the best specialists.' })
  normalizedByBest!: Estimate | null;
}

@InputType({ description: 'A strategy in a mode, by their places.' })
export class ExperimentMethodInput {
  @Field(() => Int, { description: 'Place of the mode.' })
  mode!: number;
  @Field(() => Int, { description: 'Place of the strategy.' })
  strategy!: number;
}

@ObjectType({ description: 'How one method fares against another on the same subsets and examples.' })
export class ExperimentComparison {
  @Field(() => Estimate, { description: 'Mean accuracy of the second less that of the first.' })
  difference!: Estimate;
  @Field(() => Float, { description: 'Two-sided p of no difference, the examples drawn anew.' })
  pValue!: number;
  @Field(() => Int, { description: 'Subsets (and seeds) that both have figures for.' })
  pairs!: number;
  @Field(() => Int, { description: 'Of these: the second is better by the exact McNemar test, Holm over the pairs.' })
  better!: number;
  @Field(() => Int, { description: 'The second is worse by the same test.' })
  worse!: number;
  @Field(() => Int, { description: 'The mean of the second is greater, whatever the test says.' })
  above!: number;
  @Field(() => Int, { description: 'The mean of the second is smaller.' })
  below!: number;
}
