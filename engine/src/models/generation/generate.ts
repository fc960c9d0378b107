import { setImmediate } from 'node:timers/promises';
import type { LowRankTerms } from '../calculus/calculus.js';
import { createEvaluator } from '../calculus/evaluator.js';
import type { WeightSource } from '../calculus/model-weights.js';
import type { Architecture } from '../model.js';
import type { TensorFlow } from '../operations/host-kernel.js';
import { languageLimits } from '../weights/language-limits.js';
import { languageErrors } from './errors.js';
import { languageModel } from './language-model.js';
import { batchesOfLikeLength, checkSequences, type Tokens } from './pad-sequences.js';
import { startDecoding, type Tangent } from './start-decoding.js';

export interface GenerateOptions {
  readonly tf: TensorFlow;
  readonly model: Architecture;
  readonly weights: WeightSource;
  /** Adapters beside the linear layers; folded weights (`foldUpdates`) need none. */
  readonly terms?: LowRankTerms;
  /**
   * Generate with the network's tangent (`createTangentEvaluator`) instead of the network: an adapter of a network-wide linearized mode. Each step reads the
   * whole text again, for the cache holds values and no tangents.
   */
  readonly tangent?: Tangent | undefined;
  readonly prompts: readonly Tokens[];
  readonly maxNewTokens: number;
  /** Tokens that end a text; those of the model's configuration unless told. */
  readonly endTokens?: readonly number[];
  /** How many prompts are continued at once. */
  readonly batchSize?: number;
  /** Without it every step computes the whole text again: the slow way that tests compare with. */
  readonly cache?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Prompts that are done, of all. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

export interface GeneratedText {
  /** New tokens without the prompt, the start token and the end token. */
  readonly tokens: Int32Array;
  /** The end token that was reached; undefined where the text was cut off at `maxNewTokens`. */
  readonly endedBy: number | undefined;
}

const BATCH_SIZE = 16;

/**
 * Greedy generation: each step takes the most probable token, the first of equals. A text depends on its own prompt alone: neither the batch that it
 * is in nor its padding has an influence beyond float32 rounding.
 *
 * @throws languageErrors, and the signal's reason
 */
export async function generate(options: GenerateOptions): Promise<readonly GeneratedText[]> {
  const { tf, weights, prompts, maxNewTokens, batchSize = BATCH_SIZE, cache = true, signal, onProgress } = options;
  const model = languageModel(options.model);
  const limit = promptLimit(model.kind === 'CAUSAL' ? model.maxTokens : undefined, maxNewTokens);
  if (prompts.length > languageLimits.sequences) {
    throw languageErrors.sequencesTooMany({ got: prompts.length, limit: languageLimits.sequences });
  }
  if (!(Number.isInteger(batchSize) && batchSize >= 1)) {
    throw languageErrors.optionInvalid({ option: 'batchSize', got: batchSize, expected: 'a whole number from 1 on' });
  }
  checkSequences('prompt', prompts, { limit, vocabulary: model.vocabulary });
  const endTokens = new Set(options.endTokens ?? model.endTokens);
  const calculus = createEvaluator(tf, weights, options.terms);
  const results = new Map<number, GeneratedText>();
  for (const indices of batchesOfLikeLength(
    prompts.map(({ length }) => length),
    batchSize,
  )) {
    const decoding = startDecoding({
      tf,
      model,
      calculus,
      prompts: indices.map((index) => prompts[index]!),
      tangent: options.tangent,
      cache,
    });
    const texts = indices.map((): { tokens: number[]; endedBy: number | undefined } => ({
      tokens: [],
      endedBy: undefined,
    }));
    try {
      for (let step = 0; step < maxNewTokens; step += 1) {
        // Backends compute synchronously: without this pause no abort would be heard until the end.
        await setImmediate();
        signal?.throwIfAborted();
        const logits = decoding.next();
        const next = argmaxRows(await logits.data<'float32'>(), model.vocabulary);
        logits.dispose();
        texts.forEach((text, row) => {
          if (text.endedBy !== undefined) next[row] = model.padId;
          else if (endTokens.has(next[row]!)) text.endedBy = next[row]!;
          else text.tokens.push(next[row]!);
        });
        if (texts.every(({ endedBy }) => endedBy !== undefined)) break;
        decoding.append(next);
      }
    } finally {
      decoding.dispose();
    }
    indices.forEach((index, row) => {
      const { tokens, endedBy } = texts[row]!;
      results.set(index, { tokens: Int32Array.from(tokens), endedBy });
    });
    onProgress?.(results.size, prompts.length);
  }
  return prompts.map((_, index) => results.get(index)!);
}

/** How long a prompt may be. The last new token is not read again, so it needs no position. */
function promptLimit(maxTokens: number | undefined, maxNewTokens: number): number {
  const most = Math.min(maxTokens ?? languageLimits.tokens, languageLimits.tokens);
  if (Number.isInteger(maxNewTokens) && maxNewTokens >= 1 && maxNewTokens <= most) return most - maxNewTokens + 1;
  throw languageErrors.optionInvalid({
    option: 'maxNewTokens',
    got: maxNewTokens,
    expected: `a whole number from 1 to ${most}`,
  });
}

/** Column of the greatest entry of each row, the first of equals. */
export function argmaxRows(values: ArrayLike<number>, width: number): Int32Array {
  return Int32Array.from({ length: values.length / width }, (_, row) => {
    let best = 0;
    for (let column = 1; column < width; column += 1) {
      if (values[row * width + column]! > values[row * width + best]!) best = column;
    }
    return best;
  });
}
