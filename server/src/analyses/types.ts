import { createUnionType, Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import {
  Adapter,
  CosineAnalysis,
  DisentanglementAnalysis,
  Interval,
  LossLandscapeAnalysis,
  OptionCurveAnalysis,
  TangentDistanceAnalysis,
  Task,
} from '../entities/index.js';
import {
  IncompatibleAdapters,
  InvalidOptions,
  NotFound,
  QuotaExceeded,
  StrategyUnavailable,
} from '../services/index.js';

@ObjectType({ description: 'An adapter that was analysed, as it was then.' })
export class AnalysisMember {
  @Field(() => ID, { description: 'Its id.' })
  id!: string;
  @Field(() => String, { description: 'Its name when the analysis was asked for.' })
  name!: string;
  @Field(() => Float, { description: 'Factor on its update, before the strategy’s own.' })
  weight!: number;
  @Field(() => Adapter, { nullable: true, description: 'The adapter; none where it was deleted.' })
  adapter!: Adapter | null;
}

@ObjectType({ description: 'A task that was looked at, as it was then.' })
export class AnalysisTask {
  @Field(() => ID, { description: 'Its id.' })
  id!: string;
  @Field(() => String, { description: 'Its name when the analysis was asked for.' })
  name!: string;
  @Field(() => Task, { nullable: true, description: 'The task; none where it was deleted.' })
  task!: Task | null;
}

@ObjectType({ description: 'Addresses of the data of a finished analysis, relative to the API’s own.' })
export class AnalysisDownloads {
  @Field(() => String, { description: 'The data as it is kept.' })
  json!: string;
  @Field(() => String, { description: 'The data as one table.' })
  csv!: string;
}

export enum PlaneFormName {
  FRAME = 'FRAME',
  DELTA = 'DELTA',
  FACTOR = 'FACTOR',
  TANGENT = 'TANGENT',
}
registerEnumType(PlaneFormName, {
  name: 'PlaneForm',
  description: 'Where task vectors were added up.',
  valuesConfig: {
    FRAME: { description: 'The B’s of adapters with one A0, which is exact: L-LoRA’s.' },
    DELTA: { description: 'The ΔW’s.' },
    FACTOR: {
      description: 'A’s and B’s apart, measured from the frame, as the paper’s code does: cross terms are part of it.',
    },
    TANGENT: { description: 'Directions of the base’s tangent, as adapters of that form are.' },
  },
});

export enum PlaneLinearity {
  NETWORK = 'NETWORK',
  LAYERS = 'LAYERS',
  NONE = 'NONE',
}
registerEnumType(PlaneLinearity, {
  name: 'PlaneLinearity',
  description: 'What is exactly linear in λ, and so was added up instead of evaluated at each point.',
  valuesConfig: {
    NETWORK: { description: 'The whole network: one pass per task vector gave all points.' },
    LAYERS: {
      description: 'The adapted layers whose inputs no task vector changes, and what linear operations make of them.',
    },
    NONE: { description: 'Nothing; what no task vector reaches was still computed once.' },
  },
});

@ObjectType('DisentanglementMap', { description: 'ξ(λ1, λ2) over a grid: lists of lists have a row for each λ1.' })
export class DisentanglementMapType {
  @Field(() => [Float], { description: 'Values of λ1 and of λ2.' })
  axis!: readonly number[];
  @Field(() => [[Float]], { description: 'ξ, 0 to 2: `left` + `right`.' })
  error!: readonly (readonly number[])[];
  @Field(() => [[Float]], {
    description: 'Share of the first task’s examples whose prediction the second vector changes.',
  })
  left!: readonly (readonly number[])[];
  @Field(() => [[Float]], {
    description: 'Share of the second task’s examples whose prediction the first vector changes.',
  })
  right!: readonly (readonly number[])[];
  @Field(() => Float, {
    nullable: true,
    description: 'Mean of ξ over 0 ≤ λ ≤ 1, where fusions live; none where the grid has no point there.',
  })
  meanInUnitSquare!: number | null;
  @Field(() => [Int], { description: 'Examples looked at, of the first task and of the second.' })
  counts!: readonly number[];
  @Field(() => Int, { description: 'Models of the grid.' })
  models!: number;
  @Field(() => Int, { description: 'Models beside, for reference: none where the grid holds 0.' })
  references!: number;
  @Field(() => Int, { description: 'Forward passes over both tasks.' })
  passes!: number;
  @Field(() => PlaneFormName, { description: 'Where task vectors were added up.' })
  form!: PlaneFormName;
  @Field(() => PlaneLinearity, { description: 'What is exactly linear in λ.' })
  linearity!: PlaneLinearity;
  @Field(() => [String], { description: 'Adapted layers whose outputs are exactly linear in λ.' })
  linearModules!: readonly string[];
}

@ObjectType('TaskLandscape', { description: 'One task on the plane: lists of lists have a row for each x.' })
export class TaskLandscapeType {
  @Field(() => String, { description: 'Name of the task.' })
  name!: string;
  @Field(() => Int, { description: 'Examples looked at.' })
  count!: number;
  @Field(() => [[Float]], { description: 'Mean cross-entropy in nats.' })
  loss!: readonly (readonly number[])[];
  @Field(() => [[Float]], { description: 'Accuracy, 0 to 1.' })
  accuracy!: readonly (readonly number[])[];
}

@ObjectType({ description: 'A point of the plane.' })
export class LandscapePoint {
  @Field(() => String, { description: 'What lies there: BASE, LEFT, RIGHT, SUM, or BEST.' })
  label!: string;
  @Field(() => Float, { description: 'Along the first task vector.' })
  x!: number;
  @Field(() => Float, { description: 'Along the second task vector.' })
  y!: number;
  @Field(() => Float, {
    nullable: true,
    description: 'Mean loss over the tasks; none where it is no point of the grid.',
  })
  loss!: number | null;
  @Field(() => Float, {
    nullable: true,
    description: 'Mean accuracy over the tasks; none where it is no point of the grid.',
  })
  accuracy!: number | null;
}

@ObjectType('LossLandscape', { description: 'Loss and accuracy of θ0 + x τ1 + y τ2 over a grid.' })
export class LossLandscapeType {
  @Field(() => [Float], { description: 'Coordinates along the first task vector.' })
  x!: readonly number[];
  @Field(() => [Float], { description: 'Coordinates along the second task vector.' })
  y!: readonly number[];
  @Field(() => [TaskLandscapeType], { description: 'One per task.' })
  tasks!: readonly TaskLandscapeType[];
  @Field(() => [[Float]], { description: 'Mean loss over the tasks, a row for each x.' })
  meanLoss!: readonly (readonly number[])[];
  @Field(() => [[Float]], { description: 'Mean accuracy over the tasks, a row for each x.' })
  meanAccuracy!: readonly (readonly number[])[];
  @Field(() => [LandscapePoint], { description: 'Base, adapters, their sum, and where the mean loss is least.' })
  points!: readonly LandscapePoint[];
  @Field(() => Int, { description: 'Forward passes over all tasks.' })
  passes!: number;
  @Field(() => PlaneFormName, { description: 'Where task vectors were added up.' })
  form!: PlaneFormName;
  @Field(() => PlaneLinearity, { description: 'What is exactly linear in the coordinates.' })
  linearity!: PlaneLinearity;
}

@ObjectType({ description: 'One task at one point of a curve.' })
export class CurveTaskScore {
  @Field(() => String, { description: 'Name of the task.' })
  task!: string;
  @Field(() => Float, { description: 'Accuracy, 0 to 1.' })
  accuracy!: number;
  @Field(() => Interval, { description: 'Wilson’s interval.' })
  interval!: Interval;
  @Field(() => Float, { description: 'Mean cross-entropy in nats.' })
  loss!: number;
  @Field(() => Int, { description: 'Number of examples.' })
  n!: number;
}

@ObjectType({ description: 'One point of a curve on one split.' })
export class CurveScores {
  @Field(() => Float, { description: 'Mean accuracy over the tasks, each counting the same.' })
  mean!: number;
  @Field(() => Interval, { description: 'Interval of the mean: Price and Bonett’s (2004).' })
  interval!: Interval;
  @Field(() => [CurveTaskScore], { description: 'One per task.' })
  tasks!: readonly CurveTaskScore[];
}

@ObjectType('CurvePoint', { description: 'One value of the option.' })
export class CurvePointType {
  @Field(() => Float, { description: 'The value.' })
  value!: number;
  @Field(() => CurveScores, { description: 'What it scored on VALIDATION, by which is chosen.' })
  validation!: CurveScores;
  @Field(() => CurveScores, { description: 'What it scored on TEST, which is reported.' })
  test!: CurveScores;
}

@ObjectType('OptionCurve', { description: 'Scores over the values of an option.' })
export class OptionCurveType {
  @Field(() => [CurvePointType], { description: 'The points, by rising value.' })
  points!: readonly CurvePointType[];
  @Field(() => Int, { description: 'Position of the point with the best mean on VALIDATION, the first of equal ones.' })
  chosen!: number;
  @Field(() => Float, { description: 'Its value.' })
  chosenValue!: number;
  @Field(() => Int, { description: 'Position of the point with the best mean on TEST, which nobody may choose.' })
  bestOnTest!: number;
  @Field(() => Float, { description: 'What choosing on TEST would have added to the mean there, 0 or more.' })
  optimism!: number;
}

@ObjectType('ModuleTangent', {
  description: 'An adapted layer and its tangents. Ratios: 0 on the tangent, 1 as far from it as from the start.',
})
export class ModuleTangentType {
  @Field(() => String, { description: 'Path of the layer.' })
  module!: string;
  @Field(() => Float, {
    nullable: true,
    description:
      'From the layer’s own tangent, at the inputs that it gets in the adapted model; none where it does not move.',
  })
  own!: number | null;
  @Field(() => Float, { nullable: true, description: 'From the tangent of the whole network, at this layer’s output.' })
  network!: number | null;
  @Field(() => Float, { description: '‖f − f0‖ / ‖f0‖ at this layer’s output.' })
  change!: number;
}

@ObjectType('PlaceTangent', { description: 'The model’s state after a layer, or its output, and the tangents.' })
export class PlaceTangentType {
  @Field(() => String, { description: 'Path of the layer; `output` for the model’s output.' })
  place!: string;
  @Field(() => Float, {
    nullable: true,
    description: 'From the tangent of the whole network: ‖f − tangent‖ / ‖f − f0‖.',
  })
  network!: number | null;
  @Field(() => Float, {
    nullable: true,
    description: 'From the network whose adapted layers are each linearized, L-LoRA’s.',
  })
  moduleWise!: number | null;
  @Field(() => Float, { description: '‖f − f0‖ / ‖f0‖.' })
  change!: number;
}

@ObjectType({
  description: 'One of the models compared: BASE, ADAPTED, NETWORK (its tangent), MODULE_WISE (each layer’s).',
})
export class TangentModel {
  @Field(() => String, { description: 'Which one.' })
  model!: string;
  @Field(() => Float, { description: 'Share of examples with the prediction of the adapted model.' })
  agreement!: number;
  @Field(() => Float, { description: 'Accuracy, 0 to 1.' })
  accuracy!: number;
}

@ObjectType('TangentDistance', { description: 'How far an adapter is from its tangents.' })
export class TangentDistanceType {
  @Field(() => String, {
    description: 'What is linearized: FRAME, the factors around (A0, 0); WEIGHTS, where no frame is known.',
  })
  reference!: string;
  @Field(() => Int, { description: 'Examples looked at.' })
  count!: number;
  @Field(() => [ModuleTangentType], { description: 'The adapted layers, by name.' })
  modules!: readonly ModuleTangentType[];
  @Field(() => [PlaceTangentType], { description: 'The model’s layers, from the first.' })
  layers!: readonly PlaceTangentType[];
  @Field(() => PlaceTangentType, { description: 'The model’s output.' })
  output!: PlaceTangentType;
  @Field(() => [TangentModel], { description: 'What the models say.' })
  models!: readonly TangentModel[];
}

@ObjectType('CosineMatrix', { description: 'Matrices over all pairs of adapters, in the order of the members.' })
export class CosineMatrixType {
  @Field(() => [Float], { description: '‖ΔW‖ of each adapter, Frobenius over all modules.' })
  norms!: readonly number[];
  @Field(() => [[Float]], { description: 'Cosines over all modules.' })
  cosine!: readonly (readonly number[])[];
  @Field(() => [[Float]], { description: 'Share of their column spaces that two have in common, 0 to 1.' })
  columnOverlap!: readonly (readonly number[])[];
  @Field(() => [[Float]], { description: 'Share of their row spaces that two have in common, 0 to 1.' })
  rowOverlap!: readonly (readonly number[])[];
  @Field(() => Float, { nullable: true, description: 'Mean of the cosines off the diagonal.' })
  meanCosine!: number | null;
}

const outcome = (name: string, types: () => readonly (new (...args: never[]) => object)[]) =>
  createUnionType({
    name: `Analyze${name}Result`,
    description: 'An analysis that was queued, or found; or why none was.',
    types: types as never,
  });

export const AnalyzeOptionCurveResult = outcome('OptionCurve', () => [
  OptionCurveAnalysis,
  InvalidOptions,
  IncompatibleAdapters,
  StrategyUnavailable,
  NotFound,
  QuotaExceeded,
]);
const PROBLEMS = [InvalidOptions, IncompatibleAdapters, NotFound, QuotaExceeded] as const;
export const AnalyzeDisentanglementResult = outcome('Disentanglement', () => [DisentanglementAnalysis, ...PROBLEMS]);
export const AnalyzeLossLandscapeResult = outcome('LossLandscape', () => [LossLandscapeAnalysis, ...PROBLEMS]);
export const AnalyzeTangentDistanceResult = outcome('TangentDistance', () => [TangentDistanceAnalysis, ...PROBLEMS]);
export const AnalyzeCosineResult = outcome('Cosine', () => [CosineAnalysis, ...PROBLEMS]);
