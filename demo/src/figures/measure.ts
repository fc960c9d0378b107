import type { AdapterFile, TangentFrameFile } from '@crucible/engine/adapters';
import type { TrainedMethod } from '@crucible/engine/training';
import { BASE, type Candidate, type ExaminedTask, type Examiner, type Space } from './examiner.js';
import { compare, mean, scoreOf, type Difference, type Outcomes, type Score } from './statistics.js';

export const LAMBDAS = [0.1, 1 / 7, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.85, 1] as const;

/** The three ways to add the adapters of all tasks. */
export const LINES = [
  { id: 'LORA_FACTOR', method: 'LORA', space: 'FACTOR', title: 'LoRA, A and B summed apart' },
  { id: 'LORA_DELTA', method: 'LORA', space: 'DELTA', title: 'LoRA, exact (ΔW summed)' },
  { id: 'L_LORA_FRAME', method: 'L_LORA', space: 'FRAME', title: 'L-LoRA, exact (B summed)' },
] as const satisfies readonly { id: string; method: TrainedMethod; space: Space; title: string }[];
export type LineId = (typeof LINES)[number]['id'];

export interface CurvePoint {
  readonly lambda: number;
  readonly validation: number;
  readonly test?: number;
  readonly testByTask?: Readonly<Record<string, number>>;
}

export interface LineFigures {
  readonly line: LineId;
  readonly curve: readonly CurvePoint[];
  /** The λ with the best mean on validation. */
  readonly chosenLambda: number;
  readonly chosen: Score;
  /** (fused − base) / (specialists − base) on test. */
  readonly share: number;
  readonly overBase: Difference;
  /** λ = 1/7: no tuning. */
  readonly average: Score;
  readonly averageShare: number;
  readonly sum: Score;
}

export interface MethodFigures {
  readonly method: TrainedMethod;
  readonly specialists: Score;
  /** Which adapter does best on the validation images of all seven tasks, and what it does on test. */
  readonly bestSingle: { readonly task: string; readonly score: Score };
  /** The line's fused model over the best single adapter, on the same images. */
  readonly overBestSingle: Difference;
  /** Every task by the plain average (1/6) of the six other tasks' adapters, exactly fused. */
  readonly leaveOneOut: Score;
  readonly leaveOneOutOverBase: Difference;
}

export interface SeedFigures {
  readonly seed: number;
  readonly order: number;
  readonly methods: readonly MethodFigures[];
  readonly lines: readonly LineFigures[];
}

export interface SeedFiles {
  readonly seed: number;
  readonly order: number;
  readonly frame: TangentFrameFile;
  /** By method, in the order of the tasks. */
  readonly adapters: Readonly<Record<TrainedMethod, readonly AdapterFile[]>>;
}

/** Measures one seed. `fullTestCurve` computes test at every λ, for the chart; the λ that counts is chosen on validation before. */
export async function measureSeed(
  examiner: Examiner,
  tasks: readonly ExaminedTask[],
  files: SeedFiles,
  fullTestCurve: boolean,
  log: (line: string) => void,
): Promise<SeedFigures> {
  const base = await examiner.examine(BASE, tasks, 'test');
  const baseMean = scoreOf(base).mean;
  const specialists = new Map<TrainedMethod, Score>();
  for (const method of ['LORA', 'L_LORA'] as const) {
    const outcomes = new Map<string, Uint8Array>();
    for (const [i, task] of tasks.entries()) {
      const one = await examiner.examine(single(files, method, i), [task], 'test');
      outcomes.set(task.name, one.get(task.name)!);
    }
    specialists.set(method, scoreOf(outcomes));
    log(
      `seed ${files.seed} ${method} specialists ${percent(specialists.get(method)!.mean)}, base ${percent(baseMean)}`,
    );
  }
  const shareOf = (value: number, method: TrainedMethod) =>
    (value - baseMean) / (specialists.get(method)!.mean - baseMean);

  const lines: LineFigures[] = [];
  const fused = new Map<TrainedMethod, Outcomes>();
  for (const { id, method, space } of LINES) {
    const at = (lambda: number): Candidate =>
      together(
        files,
        method,
        space,
        tasks.map(() => lambda),
      );
    const validation: number[] = [];
    for (const lambda of LAMBDAS)
      validation.push(scoreOf(await examiner.examine(at(lambda), tasks, 'validation')).mean);
    const chosenLambda = LAMBDAS[validation.indexOf(Math.max(...validation))]!;
    const reported = new Set<number>(fullTestCurve ? LAMBDAS : [1 / 7, chosenLambda, 1]);
    const curve: CurvePoint[] = [];
    const scores = new Map<number, Outcomes>();
    for (const [i, lambda] of LAMBDAS.entries()) {
      if (!reported.has(lambda)) {
        curve.push({ lambda, validation: validation[i]! });
        continue;
      }
      const outcomes = await examiner.examine(at(lambda), tasks, 'test');
      const score = scoreOf(outcomes);
      scores.set(lambda, outcomes);
      curve.push({
        lambda,
        validation: validation[i]!,
        test: score.mean,
        testByTask: Object.fromEntries(score.tasks.map(({ task, accuracy }) => [task, accuracy])),
      });
    }
    const best = scores.get(chosenLambda)!;
    if (id !== 'LORA_FACTOR') fused.set(method, best);
    const [chosen, average, sum] = [best, scores.get(1 / 7)!, scores.get(1)!].map(scoreOf) as [Score, Score, Score];
    lines.push({
      line: id,
      curve,
      chosenLambda,
      chosen,
      share: shareOf(chosen.mean, method),
      overBase: compare(best, base),
      average,
      averageShare: shareOf(average.mean, method),
      sum,
    });
    log(
      `seed ${files.seed} ${id}: best λ ${chosenLambda.toFixed(3)} test ${percent(chosen.mean)} share ${shareOf(chosen.mean, method).toFixed(2)}, 1/7 ${percent(average.mean)}, λ=1 ${percent(sum.mean)}`,
    );
  }

  const methods: MethodFigures[] = [];
  for (const method of ['LORA', 'L_LORA'] as const) {
    const singles: number[] = [];
    for (const i of tasks.keys()) {
      singles.push(scoreOf(await examiner.examine(single(files, method, i), tasks, 'validation')).mean);
    }
    const bestIndex = singles.indexOf(Math.max(...singles));
    const bestSingle = await examiner.examine(single(files, method, bestIndex), tasks, 'test');
    const left = new Map<string, Uint8Array>();
    for (const [out, task] of tasks.entries()) {
      const rest = files.adapters[method].filter((_, i) => i !== out);
      const candidate = { adapters: rest, coefficients: rest.map(() => 1 / rest.length), space: exactSpace(method) };
      left.set(task.name, (await examiner.examine(candidate, [task], 'test')).get(task.name)!);
    }
    methods.push({
      method,
      specialists: specialists.get(method)!,
      bestSingle: { task: tasks[bestIndex]!.name, score: scoreOf(bestSingle) },
      overBestSingle: compare(fused.get(method)!, bestSingle),
      leaveOneOut: scoreOf(left),
      leaveOneOutOverBase: compare(left, base),
    });
    log(
      `seed ${files.seed} ${method}: best single ${tasks[bestIndex]!.name} ${percent(scoreOf(bestSingle).mean)}, leave-one-out ${percent(scoreOf(left).mean)}, mean single on validation ${percent(mean(singles))}`,
    );
  }
  return { seed: files.seed, order: files.order, methods, lines };
}

const exactSpace = (method: TrainedMethod): Space => (method === 'LORA' ? 'DELTA' : 'FRAME');

const single = ({ adapters }: SeedFiles, method: TrainedMethod, index: number): Candidate => ({
  adapters: [adapters[method][index]!],
  coefficients: [1],
  space: exactSpace(method),
});

const together = (
  { adapters, frame }: SeedFiles,
  method: TrainedMethod,
  space: Space,
  coefficients: readonly number[],
): Candidate => ({
  adapters: adapters[method],
  coefficients,
  space,
  ...(space === 'FACTOR' && { frame }),
});

export const percent = (value: number): string => (100 * value).toFixed(1);
