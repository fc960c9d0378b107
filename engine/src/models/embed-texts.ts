import { setImmediate } from 'node:timers/promises';
import type { LowRankTerms } from './calculus/calculus.js';
import { createEvaluator } from './calculus/evaluator.js';
import type { WeightSource } from './calculus/model-weights.js';
import type { TangentEvaluator } from './calculus/tangent-evaluator.js';
import type { Architecture, ModelOutput } from './model.js';
import type { TensorFlow } from './operations/host-kernel.js';
import { padTexts, tokenCount, type TokenizedText } from './pad-texts.js';

export interface EmbedTextsOptions {
  readonly tf: TensorFlow;
  readonly model: Architecture;
  readonly weights: WeightSource;
  /** Token ids of each text, with the special tokens that the model's tokenizer adds. */
  readonly texts: readonly TokenizedText[];
  /** One row per text; `embedding` unless told. */
  readonly output?: Exclude<ModelOutput, 'hidden' | 'encoded'>;
  /** How many texts go through the model at once; has no influence on the result beyond float32 rounding. */
  readonly batchSize?: number;
  readonly terms?: LowRankTerms;
  /** The network's tangent in place of the network: an adapter of a network-wide linearized mode. */
  readonly tangent?: TangentEvaluator | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

const BATCH_SIZE = 64;

/** One row per text, `[count, width]`, not normalized. Texts of like length share a batch, whatever their order, so that little is padded. */
export async function embedTexts(options: EmbedTextsOptions): Promise<Float32Array> {
  const { tf, model, weights, texts, output = 'embedding', batchSize = BATCH_SIZE, terms, tangent } = options;
  const { signal, onProgress } = options;
  const width = model.widthOf(output);
  const out = new Float32Array(texts.length * width);
  const byLength = texts
    .map((_, index) => index)
    .sort((a, b) => tokenCount(texts[a]!) - tokenCount(texts[b]!) || a - b);
  const calculus = createEvaluator(tf, weights, terms);
  for (let begin = 0; begin < texts.length; begin += batchSize) {
    // Backends compute synchronously: without this pause no abort would be heard until the end.
    await setImmediate();
    signal?.throwIfAborted();
    const chosen = byLength.slice(begin, begin + batchSize);
    const text = padTexts(
      model,
      chosen.map((index) => texts[index]!),
    );
    const rows = tf.tidy(
      () =>
        tangent?.evaluate((dual) => model.forward(dual, { text }, output)) ?? model.forward(calculus, { text }, output),
    );
    const values = await rows.data<'float32'>();
    rows.dispose();
    chosen.forEach((index, row) => out.set(values.subarray(row * width, (row + 1) * width), index * width));
    onProgress?.(Math.min(begin + batchSize, texts.length), texts.length);
  }
  return out;
}
