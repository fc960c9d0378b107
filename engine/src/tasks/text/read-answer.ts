import type { Prompt } from './text-task.js';

/** The class that a generated text names: the one whose label word it is, once white space at both ends is gone; −1: none. */
export function readClass({ labelWords }: Pick<Prompt, 'labelWords'>, generated: string): number {
  const got = generated.trim();
  return labelWords.findIndex((word) => word.trim() === got);
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** The number that a generated text is; NaN: none. */
export function readNumber(generated: string): number {
  const got = generated.trim();
  return NUMBER.test(got) ? Number(got) : Number.NaN;
}

/** What a model is to say where the answer is this number. */
export function writeNumber({ decimals = 1 }: Pick<Prompt, 'decimals'>, value: number): string {
  return value.toFixed(decimals);
}
