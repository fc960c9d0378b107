import { trainingErrors } from './errors.js';
import { trainingLimits } from './limits.js';

export interface CommonTrainingOptions {
  readonly steps: number;
  readonly warmup: number;
  readonly learningRate: number;
  readonly weightDecay: number;
}

export function checkCommonOptions(options: CommonTrainingOptions): void {
  checkWhole('steps', options.steps, 1, trainingLimits.steps);
  checkWhole('warmup', options.warmup, 0, options.steps);
  checkNumber('learningRate', options.learningRate, (x) => x > 0, 'a number above 0');
  checkNumber(
    'weightDecay',
    options.weightDecay,
    (x) => x >= 0 && x * options.learningRate < 1,
    'from 0 to 1 / learningRate',
  );
}

export function checkWhole(option: string, got: number, least: number, most: number): void {
  if (Number.isInteger(got) && got >= least && got <= most) return;
  throw trainingErrors.optionInvalid({ option, got: String(got), expected: `a whole number from ${least} to ${most}` });
}

export function checkNumber(option: string, got: number, holds: (x: number) => boolean, expected: string): void {
  if (Number.isFinite(got) && holds(got)) return;
  throw trainingErrors.optionInvalid({ option, got: String(got), expected });
}
