import { Field, Float, ID, InputType, Int } from 'type-graphql';
import {
  AskedBy,
  FusionSpaceName,
  RateSchedule,
  SplitName,
  TrainingSearchKind,
  TunableOption,
} from '../../entities/index.js';
import { StrategyGridInput, StrategyInput } from './placeholders.js';

@InputType({ description: 'An adapter in a fusion.' })
export class FusionMemberInput {
  @Field(() => ID, { description: 'The adapter.' })
  id!: string;
  @Field(() => Float, { defaultValue: 1, description: 'Factor on its update, before the strategy’s own.' })
  weight: number = 1;
}

@InputType({ description: 'What all fusions need.' })
abstract class FusionBasis {
  @Field(() => String, { nullable: true, description: 'A name for people.' })
  name?: string | null;
  @Field(() => [FusionMemberInput], {
    description: 'Adapters of one base model, in an order that some strategies heed.',
  })
  adapters!: FusionMemberInput[];
  @Field(() => FusionSpaceName, {
    nullable: true,
    description: 'Where to merge. Left out: the most exact space that the strategy offers for these adapters.',
  })
  space?: FusionSpaceName | null;
  @Field(() => Int, {
    nullable: true,
    description:
      'Greatest rank of the output in any module, 1 or more; what cutting to it loses is in `fidelity`. Left out: up to the sum of the adapters’ ranks. Sums of task vectors, and whatever is merged in CORE or FRAME space, are exact at that; rules that trim or elect entries of a dense ΔW (DELTA space) have results of higher rank, of which the best of that rank is kept, and `fidelity` says what it lost.',
  })
  outputRank?: number | null;
  @Field(() => Int, {
    defaultValue: 0,
    description: 'Seed of all randomness, 0 or more: the same seed gives the same bytes.',
  })
  seed: number = 0;
  @Field(() => [ID], {
    nullable: true,
    description: 'Tasks to score the output on. Left out: the adapters’ own. Empty: none.',
  })
  evaluateOn?: string[] | null;
  @Field(() => String, {
    nullable: true,
    description:
      'Prompt of the tasks to ask a language model with, by its name; every one of them must have it. Left out: the first of each task.',
  })
  prompt?: string | null;
  @Field(() => AskedBy, {
    nullable: true,
    description:
      'How a language model is asked for classes: GENERATE or RANK. Left out: GENERATE for encoder-decoders such as T5, RANK for decoder-only models. Numbers and texts are always generated, PERPLEXITY is always of LIKELIHOOD.',
  })
  by?: AskedBy | null;
}

@InputType({ description: 'A fusion to run.' })
export class FuseInput extends FusionBasis {
  @Field(() => StrategyInput, { description: 'The strategy and its options.' })
  strategy!: Record<string, unknown>;
  @Field(() => SplitName, { defaultValue: SplitName.TEST, description: 'Split to score the output on.' })
  evaluationSplit: SplitName = SplitName.TEST;
  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'Answer with a finished run of the same fingerprint where there is one, instead of computing it again.',
  })
  reuse: boolean = false;
}

@InputType({
  description: 'A grid of fusions. Every point is scored on VALIDATION; the best is then reported on TEST.',
})
export class SweepInput extends FusionBasis {
  @Field(() => StrategyGridInput, { description: 'The strategy, and the values to try for its options.' })
  grid!: Record<string, unknown>;
  @Field(() => StrategyInput, {
    nullable: true,
    description: 'Options that all points share, of the same strategy as `grid`. Left out: their defaults.',
  })
  strategy?: Record<string, unknown> | null;
}

@InputType({ description: 'What to score, and on what.' })
export class EvaluateInput {
  @Field(() => ID, { nullable: true, description: 'The adapter. Left out: the bare base.' })
  adapter?: string | null;
  @Field(() => ID, { nullable: true, description: 'The base model; needed where no adapter is given.' })
  base?: string | null;
  @Field(() => [ID], { description: 'Tasks to score it on, one evaluation each.' })
  tasks!: string[];
  @Field(() => SplitName, { defaultValue: SplitName.TEST, description: 'Split to score it on.' })
  split: SplitName = SplitName.TEST;
  @Field(() => String, {
    nullable: true,
    description:
      'Prompt of the tasks to ask a language model with, by its name; every one of them must have it. Left out: the first of each task.',
  })
  prompt?: string | null;
  @Field(() => AskedBy, {
    nullable: true,
    description:
      'How a language model is asked for classes: GENERATE or RANK. Left out: GENERATE for encoder-decoders such as T5, RANK for decoder-only models. Numbers and texts are always generated, PERPLEXITY is always of LIKELIHOOD.',
  })
  by?: AskedBy | null;
}

@InputType({ description: 'Values of one setting that a search tries: either `values`, or `low` and `high`.' })
export class TrainingSearchAxisInput {
  @Field(() => TunableOption, { description: 'The setting.' })
  option!: TunableOption;
  @Field(() => [Float], { nullable: true, description: 'The values to try; a GRID needs them.' })
  values?: number[] | null;
  @Field(() => Float, { nullable: true, description: 'Least value of a range.' })
  low?: number | null;
  @Field(() => Float, { nullable: true, description: 'Greatest value of a range.' })
  high?: number | null;
  @Field(() => Boolean, { nullable: true, description: 'Draw evenly in the logarithm; false if left out.' })
  logarithmic?: boolean | null;
}

@InputType({ description: 'A search for the settings of a training.' })
export class TrainingSearchInput {
  @Field(() => TrainingSearchKind, { description: 'How points are found.' })
  kind!: TrainingSearchKind;
  @Field(() => [TrainingSearchAxisInput], { description: 'The settings, and the values to try.' })
  axes!: TrainingSearchAxisInput[];
  @Field(() => Int, { nullable: true, description: 'Points of RANDOM and HALVING, 1 to 100.' })
  trials?: number | null;
}

@InputType({ description: 'The recipe of a training; what is left out takes its default.' })
export class TrainingOptionsInput {
  @Field(() => Int, { nullable: true, description: 'Rank of the update, 1 or more.' })
  rank?: number | null;
  @Field(() => Float, { nullable: true, description: 'The update is scaled by alpha / rank.' })
  alpha?: number | null;
  @Field(() => [String], {
    nullable: true,
    description:
      'Linear layers that are adapted, by name or pattern, such as "v_proj", "layers.0.*" or "all-linear"; of methods that train whole weights any modules, or "all".',
  })
  targetModules?: string[] | null;
  @Field(() => Float, { nullable: true, description: 'Greatest learning rate.' })
  learningRate?: number | null;
  @Field(() => Float, { nullable: true, description: 'Weight decay, decoupled.' })
  weightDecay?: number | null;
  @Field(() => Int, { nullable: true, description: 'Examples a step.' })
  batchSize?: number | null;
  @Field(() => Int, { nullable: true, description: 'Most passes over the training split.' })
  epochs?: number | null;
  @Field(() => Float, {
    nullable: true,
    description: 'Share of the steps over which the rate rises from zero, 0 to 1.',
  })
  warmup?: number | null;
  @Field(() => Int, { nullable: true, description: 'Epochs without a better validation score after which it stops.' })
  patience?: number | null;
  @Field(() => Boolean, {
    nullable: true,
    description: 'Scale the update by alpha / √rank (rsLoRA); false if left out.',
  })
  rankStabilized?: boolean | null;
  @Field(() => Float, {
    nullable: true,
    description: 'Probability with which an entry of an adapter’s input is dropped, from 0 to below 1; 0 if left out.',
  })
  dropout?: number | null;
  @Field(() => Int, {
    nullable: true,
    description:
      'Batches whose mean gradient is one step; 1 if left out. A step sees batchSize times as many examples.',
  })
  accumulate?: number | null;
  @Field(() => [String], {
    nullable: true,
    description:
      'Selective linearization: patterns of adapted layers that are replaced by their tangents. For a method that trains A and B; none if left out.',
  })
  linearizedModules?: string[] | null;
  @Field(() => Float, {
    nullable: true,
    description: 'Weight λ of the penalty (λ/2)·‖ΔB‖² that keeps the update short; 0 if left out.',
  })
  normPenalty?: number | null;
  @Field(() => Float, {
    nullable: true,
    description:
      'Weight μ of the penalty (μ/2)·Σ⟨ΔW, ΔW_j⟩²/‖ΔW_j‖² that keeps the update away from those of `orthogonalTo`.',
  })
  orthogonality?: number | null;
  @Field(() => [ID], { nullable: true, description: 'Adapters of the same base that `orthogonality` is about.' })
  orthogonalTo?: string[] | null;
  @Field(() => RateSchedule, {
    nullable: true,
    description: 'How the rate goes on after the warm-up; COSINE if left out.',
  })
  schedule?: RateSchedule | null;
  @Field(() => Float, {
    nullable: true,
    description:
      'Dynamic linearization: a probe measures what linearizing each module costs the loss, and modules are linearized while all together cost at most so many nats. For a method that trains A and B.',
  })
  linearizationBudget?: number | null;
  @Field(() => TrainingSearchInput, {
    nullable: true,
    description:
      'Settings to look for by the loss on VALIDATION, before the adapter itself is trained with the best of them.',
  })
  search?: TrainingSearchInput | null;
}

@InputType({ description: 'An adapter to train.' })
export class TrainAdapterInput {
  @Field(() => String, { nullable: true, description: 'A name for people.' })
  name?: string | null;
  @Field(() => ID, { description: 'The base model.' })
  base!: string;
  @Field(() => ID, { description: 'The task; it is trained on TRAIN and stopped by VALIDATION.' })
  task!: string;
  @Field(() => String, {
    description: 'LORA, or one that a plugin brings: L_LORA, NETWORK_LINEARIZED, FULL, FULL_LINEARIZED, or another.',
  })
  method!: string;
  @Field(() => ID, {
    nullable: true,
    description:
      'The tangent frame to train in. A method that freezes A needs one, and takes the base’s own where there is exactly one.',
  })
  frame?: string | null;
  @Field(() => TrainingOptionsInput, { nullable: true, description: 'The recipe.' })
  options?: TrainingOptionsInput | null;
  @Field(() => Int, { defaultValue: 0, description: 'Seed of all randomness, 0 or more.' })
  seed: number = 0;
}
