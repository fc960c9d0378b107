import type { LanguageModel } from '../generation/language-model.js';
import type { Continuation } from './score-continuations.js';

/** Some of a reading's predictions, and the tokens that they are asked about. */
export interface Target {
  /** Which of the pairs. */
  readonly pair: number;
  /** The token that is predicted first stands behind this one of the input. */
  readonly at: number;
  readonly tokens: readonly number[];
  readonly truncated: number;
}

/** Tokens that the model reads once, for all pairs that need the same ones. */
export interface Reading {
  /** What the decoder reads. */
  readonly input: readonly number[];
  /** What the encoder reads, where there is one. */
  readonly source: readonly number[] | undefined;
  readonly targets: readonly Target[];
}

/** Each pair as tokens to read and predictions to look at, equal readings joined. */
export function planReadings(model: LanguageModel, pairs: readonly Continuation[]): readonly Reading[] {
  const readings = new Map<
    string,
    { input: readonly number[]; source: readonly number[] | undefined; targets: Target[] }
  >();
  pairs.forEach((one, pair) => {
    const { input, source, target } = read(model, one, pair);
    const key = `${source?.join() ?? ''};${input.join()}`;
    const known = readings.get(key);
    if (known === undefined) readings.set(key, { input, source, targets: [target] });
    else known.targets.push(target);
  });
  return [...readings.values()];
}

/** Readings that begin alike, up to the first token whose prediction is wanted. */
export interface ReadingGroup {
  readonly prefix: readonly number[];
  /** Each begins with the prefix. */
  readonly readings: readonly Reading[];
}

/** What is the same for several readings can be read once; no tokens are lost, and no reading is in two groups. */
export function groupByPrefix(readings: readonly Reading[]): readonly ReadingGroup[] {
  const groups = new Map<string, { readonly prefix: readonly number[]; readonly readings: Reading[] }>();
  for (const reading of readings) {
    const first = reading.targets.reduce((least, { at }) => Math.min(least, at), Infinity);
    const prefix = reading.input.slice(0, first + 1);
    const key = prefix.join();
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { prefix, readings: [reading] });
    else known.readings.push(reading);
  }
  return [...groups.values()];
}

function read(
  model: LanguageModel,
  { prompt, continuation }: Continuation,
  pair: number,
): { readonly input: readonly number[]; readonly source: readonly number[] | undefined; readonly target: Target } {
  const [before, tokens] = [Array.from(prompt), Array.from(continuation)];
  if (model.kind === 'ENCODER_DECODER') {
    const input = [model.startToken, ...tokens.slice(0, -1)];
    return { input, source: before, target: { pair, at: 0, tokens, truncated: 0 } };
  }
  const whole = [...before, ...tokens.slice(0, -1)];
  const truncated = Math.max(0, whole.length - (model.maxTokens ?? Infinity));
  const input = whole.slice(truncated);
  return { input, source: undefined, target: { pair, at: before.length - truncated - 1, tokens, truncated } };
}
