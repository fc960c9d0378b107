import type { Parameter } from '../models/index.js';
import { momentEntries, type TrainingState } from './checkpoint.js';
import type { ValidationScore } from './learning-problem.js';
import type { TrainedValues } from './trainee.js';

export interface ValidationPoint extends ValidationScore {
  /** Steps that were done. */
  readonly step: number;
}

export interface ProgressOptions {
  readonly steps: number;
  /** Steps between two looks at validation; none unless given. */
  readonly evaluateEvery?: number | undefined;
  /** Looks without a lower loss after which training stops. */
  readonly patience?: number | undefined;
}

/** What changes while a training runs: what trains, its history, and the best so far. All of it is in `state`, and so in every checkpoint. */
export interface TrainingProgress {
  readonly state: TrainingState;
  readonly losses: Float32Array;
  record(point: ValidationPoint): void;
  looksNow(done: number): boolean;
  isStale(done: number): boolean;
  /** What is kept after `done` steps: the values of the lowest validation loss, or the last ones where nobody looked. */
  kept(done: number): (name: string) => Float32Array;
  bestStep(done: number): number;
  validation(done: number): readonly ValidationPoint[];
}

export function createProgress(
  { steps, evaluateEvery, patience }: ProgressOptions,
  trained: ReadonlyMap<string, TrainedValues>,
): TrainingProgress {
  const looks = evaluateEvery === undefined ? 0 : Math.ceil(steps / evaluateEvery);
  const losses = new Float32Array(steps);
  const [lookLosses, lookAccuracies] = [new Float32Array(looks), new Float32Array(looks)];
  const best = new Map([...trained].map(([name, { values }]) => [name, looks === 0 ? values : values.slice()]));
  const flat = (values: Float32Array): Parameter => ({ shape: [values.length], values });
  const entries: [string, Parameter][] = [
    ['losses', flat(losses)],
    ['validation.losses', flat(lookLosses)],
    ['validation.accuracies', flat(lookAccuracies)],
  ];
  for (const [name, { values, moments }] of trained) {
    entries.push([`values.${name}`, flat(values)], ...momentEntries(name, moments));
    if (looks > 0) entries.push([`best.${name}`, flat(best.get(name)!)]);
  }
  /** How many looks were taken after `done` steps. */
  const looksAfter = (done: number): number =>
    evaluateEvery === undefined ? 0 : done === steps ? looks : Math.floor(done / evaluateEvery);
  const bestLook = (taken: number): number => {
    let at = 0;
    for (let look = 1; look < taken; look += 1) if (lookLosses[look]! < lookLosses[at]!) at = look;
    return at;
  };
  const stepOfLook = (look: number): number => Math.min(steps, (look + 1) * evaluateEvery!);
  return {
    losses,
    state: new Map(entries),
    record({ step, loss, accuracy }) {
      const look = Math.ceil(step / evaluateEvery!) - 1;
      lookLosses[look] = loss;
      lookAccuracies[look] = accuracy;
      if (bestLook(look + 1) === look) for (const [name, { values }] of trained) best.get(name)!.set(values);
    },
    looksNow: (done) => evaluateEvery !== undefined && (done === steps || done % evaluateEvery === 0),
    isStale(done) {
      const taken = looksAfter(done);
      return patience !== undefined && taken > 0 && taken - 1 - bestLook(taken) >= patience;
    },
    kept: (done) => (name) => (looksAfter(done) === 0 ? trained.get(name)!.values : best.get(name)!),
    bestStep: (done) => (looksAfter(done) === 0 ? done : stepOfLook(bestLook(looksAfter(done)))),
    validation: (done) =>
      Array.from({ length: looksAfter(done) }, (_, look) => ({
        step: stepOfLook(look),
        loss: lookLosses[look]!,
        accuracy: lookAccuracies[look]!,
      })),
  };
}
