import type { Tensor } from '@tensorflow/tfjs-core';
import type { Calculus } from '../calculus/calculus.js';
import type { TensorFlow } from '../operations/host-kernel.js';
import { KeyValueCache, SourceCache } from './key-value-cache.js';
import type { EncoderDecoder, LanguageModel } from './language-model.js';
import { padSequences, type Tokens } from './pad-sequences.js';
import { wholeRun, type TokenRun } from './token-run.js';

/** Texts that grow token by token. */
export interface Decoding {
  /** The logits of the token after each text so far, `[batch, vocabulary]`; the caller's to dispose. */
  next(): Tensor;
  /** One token more for each text. */
  append(tokens: Int32Array): void;
  dispose(): void;
}

export interface DecodingOptions {
  readonly tf: TensorFlow;
  readonly model: LanguageModel;
  readonly calculus: Calculus<Tensor>;
  readonly prompts: readonly Tokens[];
  readonly cache: boolean;
}

/** What the decoder reads first: a causal model the prompts themselves, an encoder-decoder its start token. */
export function startDecoding(options: DecodingOptions): Decoding {
  const { tf, model, calculus, prompts } = options;
  if (model.kind === 'CAUSAL') {
    return decode(
      options,
      prompts,
      (run) => model.hidden(calculus, run),
      () => undefined,
    );
  }
  const source = encode(tf, model, calculus, prompts);
  const starts = prompts.map(() => [model.startToken]);
  return decode(
    options,
    starts,
    (run) => model.hidden(calculus, run, source),
    () => source.dispose(),
  );
}

function encode(
  tf: TensorFlow,
  model: EncoderDecoder,
  calculus: Calculus<Tensor>,
  prompts: readonly Tokens[],
): SourceCache {
  const text = padSequences(prompts, model.padId);
  const encoded = tf.tidy(() => tf.keep(model.encode(calculus, text)));
  return new SourceCache(tf, encoded, text.tokens, text.mask);
}

function decode(
  { tf, model, calculus, cache }: DecodingOptions,
  starts: readonly Tokens[],
  hidden: (run: TokenRun<Tensor>) => Tensor,
  release: () => void,
): Decoding {
  const texts = starts.map((start) => Array.from(start));
  const batch = texts.length;
  const held = cache ? new KeyValueCache(tf, batch) : undefined;
  let fresh: Int32Array | undefined;

  /** All tokens so far; the next token is told by the last of each text. */
  const whole = (): { run: TokenRun<Tensor>; last: Int32Array } => {
    const padded = padSequences(texts, model.padId);
    const { tokens, ids, mask } = padded;
    const last = Int32Array.from(texts, ({ length }, row) => row * tokens + length - 1);
    const plain = wholeRun<Tensor>(padded);
    return { last, run: held === undefined ? plain : held.run(tokens, ids, plain.positions, mask) };
  };
  /** The newest token of each text, over a cache that holds all before. */
  const newest = (cached: KeyValueCache, ids: Int32Array): { run: TokenRun<Tensor>; last: Int32Array } => {
    const positions = Int32Array.from(texts, ({ length }) => length - 1);
    const run = cached.run(1, ids, positions, new Uint8Array(batch).fill(1));
    return { run, last: Int32Array.from({ length: batch }, (_, row) => row) };
  };

  return {
    next: () =>
      tf.tidy(() => {
        const { run, last } = held !== undefined && fresh !== undefined ? newest(held, fresh) : whole();
        return model.logits(calculus, calculus.pickRows(hidden(run), last));
      }),
    append(tokens) {
      texts.forEach((text, row) => text.push(tokens[row]!));
      fresh = tokens.slice();
    },
    dispose() {
      held?.dispose();
      release();
    },
  };
}
