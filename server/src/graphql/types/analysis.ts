import { createUnionType, Field, Float, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Adapter, FusionSpaceName, Task } from '../../entities/index.js';
import { BigIntScalar } from '../../scalars/index.js';
import {
  IncompatibleAdapters,
  InvalidOptions,
  Issue,
  NotFound,
  Problem,
  QuotaExceeded,
  StrategyUnavailable,
} from '../../services/index.js';

@ObjectType({
  implements: Problem,
  description: 'What was asked for cannot be computed; nothing is wrong with the server.',
})
export class NotComputable extends Problem {
  constructor(problem: { readonly code: string; readonly message: string; readonly remedy?: string | null }) {
    const { code, message, remedy } = problem;
    // A problem's message says what to do, too; a message of the catalogue does not, its remedy does.
    super(code, remedy ? `${message.replace(/[.;]?$/, '.')} ${remedy}` : message, null);
  }
}

@ObjectType({ description: 'A share, counted or estimated.' })
export class ShareEstimate {
  @Field(() => Float, { description: 'From 0 to 1.' })
  value!: number;
  @Field(() => Float, {
    description: 'Half the width of its 95 % confidence interval; 0 where everything was counted.',
  })
  margin!: number;
}

@ObjectType({ description: 'One adapter among those that are compared.' })
export class AdapterSimilarity {
  @Field(() => Adapter, { description: 'The adapter.' })
  adapter!: Adapter;
  @Field(() => Float, { description: '‖ΔW‖, Frobenius, over all modules.' })
  norm!: number;
}

@ObjectType({ description: 'Two adapters, over all modules. Symmetric but for `normRatio`.' })
export class PairSimilarity {
  @Field(() => Int, { description: 'Position of the first among the adapters of the report.' })
  left!: number;
  @Field(() => Int, { description: 'Position of the second, greater than `left`.' })
  right!: number;
  @Field(() => Float, { description: '⟨ΔW_left, ΔW_right⟩ / (‖ΔW_left‖·‖ΔW_right‖); 0 where either is zero.' })
  cosine!: number;
  @Field(() => Float, { nullable: true, description: '‖ΔW_left‖ / ‖ΔW_right‖; none where the second is zero.' })
  normRatio!: number | null;
  @Field(() => Float, {
    description:
      'Overlap of the column spaces (of outputs), 0 to 1: mean over modules of the mean squared cosine of their principal angles.',
  })
  columnOverlap!: number;
  @Field(() => Float, { description: 'The same of the row spaces (of inputs).' })
  rowOverlap!: number;
  @Field(() => ShareEstimate, {
    nullable: true,
    description:
      'Entries of opposite signs, among entries where both are not zero; none where signs were not asked for.',
  })
  signConflict!: ShareEstimate | null;
}

@ObjectType({ description: 'What one adapter does in one module.' })
export class ModuleUpdate {
  @Field(() => Int, { description: 'Position of the adapter in the report.' })
  adapter!: number;
  @Field(() => Float, { description: '‖ΔW‖, Frobenius.' })
  norm!: number;
  @Field(() => Int, { description: 'Singular values above rounding.' })
  rank!: number;
  @Field(() => Float, { description: 'exp of the entropy of σ / Σσ (Roy and Vetterli, 2007).' })
  effectiveRank!: number;
  @Field(() => Float, { description: '‖ΔW‖² / σ₁², at most the rank.' })
  stableRank!: number;
  @Field(() => [Float], { description: 'Singular values, falling.' })
  singularValues!: number[];
}

@ObjectType({ description: 'Two adapters in one module that both have.' })
export class ModulePair {
  @Field(() => Int, { description: 'Position of the first adapter in the report.' })
  left!: number;
  @Field(() => Int, { description: 'Position of the second.' })
  right!: number;
  @Field(() => Float, { description: 'Cosine of the two ΔW; 0 where either is zero.' })
  cosine!: number;
  @Field(() => Float, { description: 'Overlap of the column spaces, 0 to 1.' })
  columnOverlap!: number;
  @Field(() => Float, { description: 'Overlap of the row spaces, 0 to 1.' })
  rowOverlap!: number;
  @Field(() => [Float], { description: 'Cosines of the principal angles between the column spaces, falling.' })
  columnCosines!: number[];
  @Field(() => [Float], { description: 'The same of the row spaces.' })
  rowCosines!: number[];
  @Field(() => ShareEstimate, {
    nullable: true,
    description: 'Entries of opposite signs; none where signs were not asked for.',
  })
  signConflict!: ShareEstimate | null;
}

@ObjectType({ description: 'One module of the adapters that are compared.' })
export class ModuleSimilarity {
  @Field(() => String, { description: 'Path of the module in the base model.' })
  module!: string;
  @Field(() => Int, { description: 'Rows of ΔW.' })
  outFeatures!: number;
  @Field(() => Int, { description: 'Columns of ΔW.' })
  inFeatures!: number;
  @Field(() => [ModuleUpdate], { description: 'The adapters that have it.' })
  updates!: ModuleUpdate[];
  @Field(() => [ModulePair], { description: 'All pairs of those.' })
  pairs!: ModulePair[];
  @Field(() => [Float], {
    description:
      'What the best approximation of the weighted sum loses at rank 1, 2, …, relative to its norm; the last is 0.',
  })
  truncationErrors!: number[];
  @Field(() => ShareEstimate, {
    nullable: true,
    description: 'Entries that some adapter raises and another lowers, among those that any changes.',
  })
  signConflict!: ShareEstimate | null;
  @Field(() => ShareEstimate, { nullable: true, description: '1 − Σ|Σ ΔW| / ΣΣ|ΔW|: what adding them up cancels.' })
  cancellation!: ShareEstimate | null;
}

@ObjectType({ description: 'How much the adapters do in one layer.' })
export class LayerSimilarity {
  @Field(() => String, { description: 'Path of the list that the layer is in, such as `model.layers`.' })
  stack!: string;
  @Field(() => Int, { description: 'Its position there, from 0.' })
  index!: number;
  @Field(() => [Float], { description: '‖ΔW‖² over the modules of the layer, by the position of the adapter.' })
  energies!: number[];
}

@ObjectType({
  description:
    'What adapters have in common and where they clash, in the space of ΔW: exact but for signs, which may be estimated from some rows.',
})
export class SimilarityReport {
  @Field(() => [AdapterSimilarity], { description: 'The adapters, in the order asked for: positions count these.' })
  adapters!: AdapterSimilarity[];
  @Field(() => [PairSimilarity], { description: 'All pairs, over all modules.' })
  pairs!: PairSimilarity[];
  @Field(() => [ModuleSimilarity], { description: 'The modules, by name.' })
  modules!: ModuleSimilarity[];
  @Field(() => [LayerSimilarity], { description: 'The layers, in the order of depth.' })
  layers!: LayerSimilarity[];
  @Field(() => [Float], { description: 'Weights of the sum whose truncation is predicted.' })
  weights!: number[];
  @Field(() => [Float], {
    description:
      'What Σ weight·ΔW loses when every module is cut to rank 1, 2, …: ‖lost‖ / ‖whole‖ over all modules. Exact: a run that reports another has lost that beside it.',
  })
  truncationErrors!: number[];
  @Field(() => ShareEstimate, {
    nullable: true,
    description: 'Entries that some adapter raises and another lowers, among those that any changes, over all modules.',
  })
  signConflict!: ShareEstimate | null;
  @Field(() => ShareEstimate, { nullable: true, description: '1 − Σ|Σ ΔW| / ΣΣ|ΔW| over all modules.' })
  cancellation!: ShareEstimate | null;
}

export const SimilarityResult = createUnionType({
  name: 'SimilarityResult',
  description: 'A comparison of adapters, or why there is none.',
  types: () => [SimilarityReport, NotFound, QuotaExceeded, NotComputable] as const,
});

export enum PlannedResult {
  COMBINATION = 'COMBINATION',
  MATRICES = 'MATRICES',
  FACTORS = 'FACTORS',
  SEARCH = 'SEARCH',
}
registerEnumType(PlannedResult, {
  name: 'PlannedResult',
  description: 'How a strategy answers.',
  valuesConfig: {
    COMBINATION: { description: 'With one coefficient per adapter: the sum is exact, in factors.' },
    MATRICES: { description: 'With merged matrices of the space.' },
    FACTORS: { description: 'With factors of its own.' },
    SEARCH: { description: 'With coefficients that it finds by scoring.' },
  },
});

export enum SecondsBasis {
  RUNS = 'RUNS',
  CALIBRATION = 'CALIBRATION',
}
registerEnumType(SecondsBasis, {
  name: 'SecondsBasis',
  description: 'What a number of seconds was estimated from.',
  valuesConfig: {
    RUNS: { description: 'The median of finished runs of the same strategy, space and rank on the same adapters.' },
    CALIBRATION: { description: 'A model of the work, and what this machine was measured to do in a second.' },
  },
});

@ObjectType({ description: 'One module of a planned output.' })
export class PlannedModule {
  @Field(() => String, { description: 'Path of the module in the base model.' })
  module!: string;
  @Field(() => Int, { description: 'Rows of ΔW.' })
  outFeatures!: number;
  @Field(() => Int, { description: 'Columns of ΔW.' })
  inFeatures!: number;
  @Field(() => Int, { description: 'Adapters that have it.' })
  adapters!: number;
  @Field(() => Int, { description: 'Sum of their ranks.' })
  inputRank!: number;
  @Field(() => Int, { description: 'Rank of the output.' })
  outputRank!: number;
}

@ObjectType({ description: 'What a run would do.' })
export class PlannedRun {
  @Field(() => Int, { description: 'Tensors read in each pass.' })
  tensorsRead!: number;
  @Field(() => Int, { description: 'Tensors written.' })
  tensorsWritten!: number;
  @Field(() => BigIntScalar, { description: 'Files once, for their digests, and all factors in each pass.' })
  bytesRead!: number;
  @Field(() => BigIntScalar, { description: 'Bytes of the files written.' })
  bytesWritten!: number;
  @Field(() => Int, { description: 'Passes over the adapters: rounds of a survey, and the fusion.' })
  passes!: number;
  @Field(() => Int, { description: 'Adapters that come out: one, or one for each that goes in.' })
  outputs!: number;
  @Field(() => PlannedResult, { description: 'How the strategy answers in this space.' })
  result!: PlannedResult;
  @Field(() => Int, { description: 'Greatest rank over the modules of the output.' })
  outputRank!: number;
  @Field(() => Boolean, {
    description:
      'Whether ranks and bytes written are certain; otherwise they are the most that it can be, and what it is unless a result happens to have a lower rank.',
  })
  certain!: boolean;
  @Field(() => BigIntScalar, { description: 'Resident memory of the compute process at its greatest, estimated.' })
  peakMemoryBytes!: number;
  @Field(() => Float, {
    description: 'Seconds of the fusion, estimated; of a search, without the scoring, unless from runs.',
  })
  seconds!: number;
  @Field(() => SecondsBasis, { description: 'What the seconds were estimated from.' })
  secondsBasis!: SecondsBasis;
  @Field(() => Int, { description: 'Finished runs that they were estimated from; 0 for a calibration.' })
  secondsRuns!: number;
  @Field(() => [PlannedModule], { description: 'The modules of the output, by name.' })
  modules!: PlannedModule[];
}

@ObjectType({ description: 'What a fusion would do, before any of it is done. Nothing is queued.' })
export class FusionPlan {
  @Field(() => Boolean, { description: 'Whether `fuse` would queue it.' })
  ready!: boolean;
  @Field(() => [Issue], { description: 'Everything that stands in the way, not the first alone.' })
  issues!: Issue[];
  @Field(() => FusionSpaceName, { description: 'Where it would merge.' })
  space!: FusionSpaceName;
  @Field(() => String, { description: 'Why there.' })
  spaceReason!: string;
  @Field(() => PlannedRun, { nullable: true, description: 'What the run would do; none where issues leave that open.' })
  run!: PlannedRun | null;
  @Field(() => [Task], { description: 'Tasks that the output would then be scored on, one evaluation each.' })
  evaluateOn!: readonly Task[];
}

export const FusionPlanResult = createUnionType({
  name: 'FusionPlanResult',
  description: 'A plan, which may hold issues; or why nothing can be said at all.',
  types: () => [FusionPlan, StrategyUnavailable, NotFound, QuotaExceeded, NotComputable] as const,
});

@ObjectType({ description: 'One adapter in a preview.' })
export class AdapterPreview {
  @Field(() => Adapter, { description: 'The adapter.' })
  adapter!: Adapter;
  @Field(() => Float, {
    description: 'Cosine between the output and its ΔW, over all modules; 0 where either is zero.',
  })
  cosine!: number;
  @Field(() => Float, {
    description: 'Share of its energy in the rows and columns that the output spans, as in the report of a run.',
  })
  retainedEnergy!: number;
}

@ObjectType({ description: 'One module in a preview.' })
export class ModulePreview {
  @Field(() => String, { description: 'Path of the module in the base model.' })
  module!: string;
  @Field(() => Float, { description: '‖ΔW‖ of the output, Frobenius.' })
  norm!: number;
  @Field(() => Int, { description: 'Rank of the output.' })
  rank!: number;
  @Field(() => Float, { description: '‖output − exact‖ / ‖exact‖.' })
  relativeError!: number;
}

@ObjectType({
  description: 'What a fusion would give, without its tensors. Norms are Frobenius norms over all modules.',
})
export class FusionPreview {
  @Field(() => FusionSpaceName, { description: 'Where it would merge.' })
  space!: FusionSpaceName;
  @Field(() => Int, { description: 'Greatest rank over the modules.' })
  outputRank!: number;
  @Field(() => Float, { description: '‖ΔW‖ of the output.' })
  norm!: number;
  @Field(() => Float, { description: '‖output − exact‖ / ‖exact‖' })
  relativeError!: number;
  @Field(() => Float, { description: 'Σσ² kept / Σσ² of the exact result.' })
  retainedEnergy!: number;
  @Field(() => [AdapterPreview], { description: 'The adapters, in their order.' })
  adapters!: AdapterPreview[];
  @Field(() => [ModulePreview], { description: 'The modules, by name.' })
  modules!: readonly ModulePreview[];
  @Field(() => Float, {
    description: 'Seconds of factorizing the adapters; 0 where a preview of the same adapters came before.',
  })
  prepareSeconds!: number;
  @Field(() => Float, { description: 'Seconds of the preview itself.' })
  seconds!: number;
}

export const FusionPreviewResult = createUnionType({
  name: 'FusionPreviewResult',
  description: 'What a fusion would give, or why that cannot be said.',
  types: () =>
    [
      FusionPreview,
      InvalidOptions,
      IncompatibleAdapters,
      StrategyUnavailable,
      NotFound,
      QuotaExceeded,
      NotComputable,
    ] as const,
});
