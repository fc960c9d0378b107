import type { Tensor } from '@tensorflow/tfjs-core';
import type { Calculus } from '../calculus/calculus.js';
import type { TangentEvaluator } from '../calculus/tangent-evaluator.js';
import type { TensorFlow } from '../operations/host-kernel.js';
import { KeyValueCache, SourceCache } from './key-value-cache.js';
import type { EncoderDecoder, LanguageModel } from './language-model.js';
import { padSequences, type Tokens } from './pad-sequences.js';
import { wholeRun, wholeSource, type TokenRun } from './token-run.js';

/** Texts that grow token by token. */
export interface Decoding {
  /** The logits of the token after each text so far, `[batch, vocabulary]`; the caller's to dispose. */
  next(): Tensor;
  /** One token more for each text. */
  append(tokens: Int32Array): void;
  dispose(): void;
}

export type Tangent = Pick<TangentEvaluator, 'evaluate'>;

export interface DecodingOptions {
  readonly tf: TensorFlow;
  readonly model: LanguageModel;
  readonly calculus: Calculus<Tensor>;
  readonly tangent: Tangent | undefined;
  readonly prompts: readonly Tokens[];
  readonly cache: boolean;
}

export function startDecoding(options: DecodingOptions): Decoding {
  return options.cache && options.tangent === undefined ? decodeCached(options) : decodeWhole(options);
}

/** What the decoder reads first: a causal model the prompts themselves, an encoder-decoder its start token. */
const startsOf = (model: LanguageModel, prompts: readonly Tokens[]): number[][] =>
  prompts.map((prompt) => (model.kind === 'CAUSAL' ? Array.from(prompt) : [model.startToken]));

/** The last token of each text: it tells the next. */
const lastRows = (texts: readonly Tokens[], tokens: number): Int32Array =>
  Int32Array.from(texts, ({ length }, row) => row * tokens + length - 1);

/** Every step reads the whole text again. */
function decodeWhole({ tf, model, calculus, tangent, prompts }: DecodingOptions): Decoding {
  const texts = startsOf(model, prompts);
  const logitsOf = <V>(c: Calculus<V>): V => {
    const padded = padSequences(texts, model.padId);
    const run = wholeRun<V>(padded);
    const hidden = model.kind === 'CAUSAL' ? model.hidden(c, run) : model.hidden(c, run, encode(model, c, prompts));
    return model.logits(c, c.pickRows(hidden, lastRows(texts, padded.tokens)));
  };
  return {
    next: () => tf.tidy(() => tangent?.evaluate(logitsOf) ?? logitsOf(calculus)),
    append: (tokens) => texts.forEach((text, row) => text.push(tokens[row]!)),
    dispose: () => undefined,
  };
}

function encode<V>(model: EncoderDecoder, calculus: Calculus<V>, prompts: readonly Tokens[]) {
  const text = padSequences(prompts, model.padId);
  return wholeSource(model.encode(calculus, text), text);
}

/** The first step reads the whole text, each later one the newest token alone. */
function decodeCached({ tf, model, calculus, prompts }: DecodingOptions): Decoding {
  const texts = startsOf(model, prompts);
  const batch = texts.length;
  const cache = new KeyValueCache(tf, batch);
  const source = model.kind === 'CAUSAL' ? undefined : cacheSource(tf, model, calculus, prompts);
  const hidden = (run: TokenRun<Tensor>): Tensor =>
    model.kind === 'CAUSAL' ? model.hidden(calculus, run) : model.hidden(calculus, run, source!);
  let fresh: Int32Array | undefined;

  const whole = (): { run: TokenRun<Tensor>; last: Int32Array } => {
    const padded = padSequences(texts, model.padId);
    const { tokens, ids, mask } = padded;
    const { positions } = wholeRun(padded);
    return { run: cache.run(tokens, ids, positions, mask), last: lastRows(texts, tokens) };
  };
  const newest = (ids: Int32Array): { run: TokenRun<Tensor>; last: Int32Array } => {
    const positions = Int32Array.from(texts, ({ length }) => length - 1);
    const run = cache.run(1, ids, positions, new Uint8Array(batch).fill(1));
    return { run, last: Int32Array.from({ length: batch }, (_, row) => row) };
  };

  return {
    next: () =>
      tf.tidy(() => {
        const { run, last } = fresh === undefined ? whole() : newest(fresh);
        return model.logits(calculus, calculus.pickRows(hidden(run), last));
      }),
    append(tokens) {
      texts.forEach((text, row) => text.push(tokens[row]!));
      fresh = tokens.slice();
    },
    dispose() {
      cache.dispose();
      source?.dispose();
    },
  };
}

function cacheSource(
  tf: TensorFlow,
  model: EncoderDecoder,
  calculus: Calculus<Tensor>,
  prompts: readonly Tokens[],
): SourceCache {
  const text = padSequences(prompts, model.padId);
  const encoded = tf.tidy(() => tf.keep(model.encode(calculus, text)));
  return new SourceCache(tf, encoded, text.tokens, text.mask);
}
