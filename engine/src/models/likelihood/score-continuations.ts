import { setImmediate } from 'node:timers/promises';
import type { LowRankTerms } from '../calculus/calculus.js';
import { createEvaluator } from '../calculus/evaluator.js';
import type { WeightSource } from '../calculus/model-weights.js';
import { languageErrors } from '../generation/errors.js';
import { languageModel, type LanguageModel } from '../generation/language-model.js';
import { batchesOfLikeLength, checkSequences, type Tokens } from '../generation/pad-sequences.js';
import type { Tangent } from '../generation/start-decoding.js';
import type { Architecture } from '../model.js';
import type { TensorFlow } from '../operations/host-kernel.js';
import { languageLimits } from '../weights/language-limits.js';
import { groupByPrefix, planReadings, type Reading, type ReadingGroup } from './plan-readings.js';
import { predictGroups } from './predict-groups.js';
import { predictReadings, type Prediction } from './predict-readings.js';

/** What every measure of likelihood is given. */
export interface ScoringOptions {
  readonly tf: TensorFlow;
  readonly model: Architecture;
  readonly weights: WeightSource;
  /** Adapters beside the linear layers; folded weights (`foldUpdates`) need none. */
  readonly terms?: LowRankTerms;
  /** Measure the network's tangent (`createTangentEvaluator`) instead of the network: an adapter of a network-wide linearized mode. */
  readonly tangent?: Tangent | undefined;
  /** How many texts are read at once; has no influence on the result beyond float32 rounding. */
  readonly batchSize?: number;
  readonly signal?: AbortSignal | undefined;
  /** Texts that have been read, of all. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** A prompt, and what may follow it. Both have at least one token. */
export interface Continuation {
  readonly prompt: Tokens;
  readonly continuation: Tokens;
}

export interface Likelihood {
  /** ln p of each token of the continuation, given the prompt and the tokens before it; nats. */
  readonly tokens: Float64Array;
  /** ln p(continuation | prompt): the sum. */
  readonly logProbability: number;
  /** The mean over the tokens. */
  readonly mean: number;
  /** Whether greedy generation from the prompt would give these tokens. */
  readonly isGreedy: boolean;
  /** Tokens that were cut off the prompt's beginning because the model has no positions for them. */
  readonly truncated: number;
}

const BATCH_SIZE = 16;

/**
 * ln p(continuation | prompt) of each pair, as lm-evaluation-harness's `loglikelihood` defines it: the model reads prompt and continuation at once, every
 * token of the continuation is predicted from all before it, and a prompt that is too long loses its beginning. An encoder-decoder reads the prompt with
 * its encoder, and predicts the continuation from its start token on.
 *
 * Law: a result depends on its own pair alone. What several pairs make the model read alike — one prompt with several answers — is read once.
 * Logarithms are taken in float64 of the model's float32 logits.
 *
 * @throws languageErrors, and the signal's reason
 */
export async function scoreContinuations(
  options: ScoringOptions,
  pairs: readonly Continuation[],
): Promise<readonly Likelihood[]> {
  const { tf, weights, terms, tangent, batchSize = BATCH_SIZE, signal, onProgress } = options;
  const model = languageModel(options.model);
  checkPairs(model, pairs, batchSize);
  const readings = planReadings(model, pairs);
  const calculus = createEvaluator(tf, weights, terms);
  const results: Likelihood[] = [];
  let done = 0;
  const batches = planBatches(model, readings, { batchSize, sharesPrefixes: tangent === undefined });
  for (const { readings: batch, groups } of batches) {
    // Backends compute synchronously: without this pause no abort would be heard until the end.
    await setImmediate();
    signal?.throwIfAborted();
    const predicted = await (groups !== undefined && model.kind === 'CAUSAL'
      ? predictGroups({ tf, model, calculus, groups, batchSize, signal })
      : predictReadings({ tf, model, calculus, tangent, readings: batch, signal }));
    batch.forEach((reading, row) => {
      for (const [pair, likelihood] of likelihoodsOf(reading, predicted[row]!)) results[pair] = likelihood;
    });
    done += batch.length;
    onProgress?.(done, readings.length);
  }
  return results;
}

interface Batch {
  readonly readings: readonly Reading[];
  /** Where they begin alike: the same readings, group by group. */
  readonly groups?: readonly ReadingGroup[];
}

/**
 * Readings of like length together. Those of a causal model that begin alike, as one prompt with several answers does, go through it as prefixes and
 * branches; an encoder reads equal prompts once as it is.
 */
function planBatches(
  { kind }: LanguageModel,
  readings: readonly Reading[],
  { batchSize, sharesPrefixes }: { readonly batchSize: number; readonly sharesPrefixes: boolean },
): readonly Batch[] {
  const all =
    kind === 'CAUSAL' && sharesPrefixes
      ? groupByPrefix(readings)
      : readings.map((reading) => ({ prefix: [], readings: [reading] }));
  const alone = all.flatMap((group) => (isWorthSharing(group) ? [] : group.readings));
  const shared = all.filter(isWorthSharing);
  const lengths = alone.map(({ input, source }) => input.length + (source?.length ?? 0));
  return [
    ...batchesOfLikeLength(lengths, batchSize).map((indices) => ({ readings: indices.map((index) => alone[index]!) })),
    ...batchesOfLikeLength(
      shared.map(({ prefix }) => prefix.length),
      batchSize,
    ).map((indices) => {
      const groups = indices.map((index) => shared[index]!);
      return { groups, readings: groups.flatMap((group) => group.readings) };
    }),
  ];
}

/** Two passes for a prefix that is shorter than what follows it would be slower than one: texts that share but their start token are read whole. */
const isWorthSharing = ({ prefix, readings }: ReadingGroup): boolean =>
  readings.length > 1 && readings.every(({ input }) => input.length <= 2 * prefix.length);

/** @param predicted of all the reading's targets, one after the other */
function likelihoodsOf({ targets }: Reading, predicted: readonly Prediction[]): readonly [number, Likelihood][] {
  let begin = 0;
  return targets.map(({ pair, tokens, truncated }) => {
    const found = predicted.slice(begin, (begin += tokens.length));
    const each = Float64Array.from(found, ({ logProbability }) => logProbability);
    const logProbability = each.reduce((sum, value) => sum + value, 0);
    const isGreedy = found.every(({ isGreatest }) => isGreatest);
    return [pair, { tokens: each, logProbability, mean: logProbability / each.length, isGreedy, truncated }];
  });
}

function checkPairs({ vocabulary, maxTokens }: LanguageModel, pairs: readonly Continuation[], batchSize: number): void {
  if (pairs.length > languageLimits.sequences) {
    throw languageErrors.sequencesTooMany({ got: pairs.length, limit: languageLimits.sequences });
  }
  if (!(Number.isInteger(batchSize) && batchSize >= 1)) {
    throw languageErrors.optionInvalid({ option: 'batchSize', got: batchSize, expected: 'a whole number from 1 on' });
  }
  const limit = languageLimits.tokens;
  const prompts = pairs.map(({ prompt }) => prompt);
  checkSequences('prompt', prompts, { limit, vocabulary });
  // The last token is predicted, not read: with one token of the prompt, a continuation fills all positions.
  const continuations = pairs.map(({ continuation }) => continuation);
  checkSequences('continuation', continuations, { limit: Math.min(maxTokens ?? limit, limit), vocabulary });
}
