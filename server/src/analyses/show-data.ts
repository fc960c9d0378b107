import type { AnalysisDataOf } from '../compute/analysis-protocol.js';
import type { OptionCurveAnalysis } from '../entities/index.js';
import {
  CurvePointType,
  DisentanglementMapType,
  LandscapePoint,
  LossLandscapeType,
  OptionCurveType,
  PlaceTangentType,
  PlaneFormName,
  PlaneLinearity,
  TangentDistanceType,
  TangentModel,
  TaskLandscapeType,
} from './types.js';

type Grid = readonly (readonly number[])[];

export function curveOf(
  { points, chosen, bestOnTest, optimism }: AnalysisDataOf<'OPTION_CURVE'>,
  { tasks }: OptionCurveAnalysis,
): OptionCurveType {
  type Scores = (typeof points)[number]['test'];
  const show = ({ mean, interval, tasks: scores }: Scores) => ({
    mean,
    interval,
    tasks: scores.map((score, index) => ({ ...score, task: tasks[index]?.name ?? '' })),
  });
  return Object.assign(new OptionCurveType(), {
    points: points.map(({ value, validation, test }) =>
      Object.assign(new CurvePointType(), { value, validation: show(validation), test: show(test) }),
    ),
    chosen,
    chosenValue: points[chosen]!.value,
    bestOnTest,
    optimism,
  });
}

export function mapOf(data: AnalysisDataOf<'DISENTANGLEMENT'>): DisentanglementMapType {
  const { axis, error, left, right, meanInUnitSquare, examples, models, passes, form, shared } = data;
  return Object.assign(new DisentanglementMapType(), {
    axis,
    error,
    left,
    right,
    meanInUnitSquare,
    counts: [...examples],
    models: models.joint,
    references: models.single,
    passes,
    form: PlaneFormName[form],
    linearity: PlaneLinearity[shared.linearity],
    linearModules: shared.linearModules,
  });
}

export function landscapeOf(data: AnalysisDataOf<'LOSS_LANDSCAPE'>): LossLandscapeType {
  const { x, y, tasks, best, passes, form, shared } = data;
  const mean = (pick: (task: (typeof tasks)[number]) => Grid): number[][] =>
    x.map((_, i) => y.map((_, j) => tasks.reduce((sum, task) => sum + pick(task)[i]![j]!, 0) / tasks.length));
  const meanLoss = mean(({ loss }) => loss);
  const meanAccuracy = mean(({ accuracy }) => accuracy);
  const places = [
    ['BASE', 0, 0],
    ['LEFT', 1, 0],
    ['RIGHT', 0, 1],
    ['SUM', 1, 1],
    ['BEST', best.x, best.y],
  ] as const;
  const points = places.map(([label, atX, atY]) => {
    const [i, j] = [x.indexOf(atX), y.indexOf(atY)];
    return Object.assign(new LandscapePoint(), {
      label,
      x: atX,
      y: atY,
      loss: meanLoss[i]?.[j] ?? null,
      accuracy: meanAccuracy[i]?.[j] ?? null,
    });
  });
  return Object.assign(new LossLandscapeType(), {
    x,
    y,
    tasks: tasks.map(({ name, examples, loss, accuracy }) =>
      Object.assign(new TaskLandscapeType(), { name, count: examples, loss, accuracy }),
    ),
    meanLoss,
    meanAccuracy,
    points,
    passes,
    form: PlaneFormName[form],
    linearity: PlaneLinearity[shared.linearity],
  });
}

const MODELS = { base: 'BASE', adapted: 'ADAPTED', network: 'NETWORK', moduleWise: 'MODULE_WISE' } as const;

export function distancesOf(data: AnalysisDataOf<'TANGENT_DISTANCE'>): TangentDistanceType {
  const { reference, examples, modules, layers, output } = data;
  const place = (
    name: string,
    { network, moduleWise, change }: Pick<typeof output, 'network' | 'moduleWise' | 'change'>,
  ) => Object.assign(new PlaceTangentType(), { place: name, network, moduleWise, change });
  return Object.assign(new TangentDistanceType(), {
    reference,
    count: examples,
    modules,
    layers: layers.map(({ stack, index, ...own }) => place(`${stack}.${index}`, own)),
    output: place('output', output),
    models: Object.entries(output.models).map(([name, { agreement, accuracy }]) =>
      Object.assign(new TangentModel(), { model: MODELS[name as keyof typeof MODELS], agreement, accuracy }),
    ),
  });
}
