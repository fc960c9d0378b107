import type { Tensor } from '@tensorflow/tfjs-core';
import type { Calculus } from '../calculus/calculus.js';
import type { EncoderDecoder, LanguageModel } from '../generation/language-model.js';
import { padSequences } from '../generation/pad-sequences.js';
import type { Tangent } from '../generation/start-decoding.js';
import { wholeRun, type Source } from '../generation/token-run.js';
import type { TokenBatch } from '../model.js';
import type { TensorFlow } from '../operations/host-kernel.js';
import type { Reading } from './plan-readings.js';

export interface Prediction {
  readonly logProbability: number;
  /** Whether no token has a greater logit, and none before it an equal one. */
  readonly isGreatest: boolean;
}

export interface PredictOptions {
  readonly tf: TensorFlow;
  readonly model: LanguageModel;
  readonly calculus: Calculus<Tensor>;
  readonly tangent: Tangent | undefined;
  readonly readings: readonly Reading[];
  readonly signal: AbortSignal | undefined;
}

/** Entries of logits that are computed at once: 64 MiB, whatever the vocabulary. */
const LOGITS_AT_ONCE = 1 << 24;

/** The predictions that each reading's targets ask for, in their order. */
export async function predictReadings(options: PredictOptions): Promise<readonly (readonly Prediction[])[]> {
  const { model, readings } = options;
  const padded = padSequences(
    readings.map(({ input }) => input),
    model.padId,
  );
  const asked = readings.map(({ targets }, row) =>
    targets.flatMap(({ at, tokens }) => tokens.map((token, i) => ({ at: row * padded.tokens + at + i, token }))),
  );
  const head = openHead(options, padded);
  try {
    const found = await lookUp(head, asked.flat(), options);
    let begin = 0;
    return asked.map(({ length }) => found.slice(begin, (begin += length)));
  } finally {
    head.dispose();
  }
}

/** A row of a hidden state, and the token that the prediction there is asked about. */
export interface Asked {
  readonly at: number;
  readonly token: number;
}

/** Several questions about one row cost one row of logits; rows come in pieces, so that no vocabulary is too large. */
export async function lookUp(
  head: Pick<Head, 'logits'>,
  asked: readonly Asked[],
  { model, signal }: Pick<PredictOptions, 'model' | 'signal'>,
  entriesAtOnce = LOGITS_AT_ONCE,
): Promise<readonly Prediction[]> {
  const { vocabulary } = model;
  const rows = [...new Set(asked.map(({ at }) => at))].sort((x, y) => x - y);
  const askedOf = new Map(rows.map((at) => [at, [] as { readonly token: number; readonly order: number }[]]));
  asked.forEach(({ at, token }, order) => askedOf.get(at)!.push({ token, order }));
  const found: Prediction[] = [];
  const step = Math.max(1, Math.floor(entriesAtOnce / vocabulary));
  for (let begin = 0; begin < rows.length; begin += step) {
    signal?.throwIfAborted();
    const some = Int32Array.from(rows.slice(begin, begin + step));
    const logits = head.logits(some);
    const values = await logits.data<'float32'>();
    logits.dispose();
    some.forEach((at, row) => {
      const own = values.subarray(row * vocabulary, (row + 1) * vocabulary);
      const { logSum, best } = summarize(own);
      for (const { token, order } of askedOf.get(at)!) {
        found[order] = { logProbability: own[token]! - logSum, isGreatest: token === best };
      }
    });
  }
  return found;
}

export interface Head {
  /** Of rows of the hidden state; the caller's to dispose. */
  logits(rows: Int32Array): Tensor;
  dispose(): void;
}

/** The hidden state is computed once, however many pieces the logits come in; that of a tangent, which is no tensor, with every piece again. */
function openHead({ tf, model, calculus, tangent, readings }: PredictOptions, padded: TokenBatch): Head {
  const hiddenOf = <V>(c: Calculus<V>): V => {
    const run = wholeRun<V>(padded);
    return model.kind === 'CAUSAL' ? model.hidden(c, run) : model.hidden(c, run, encodeOnce(model, c, readings));
  };
  if (tangent !== undefined) {
    return {
      logits: (rows) => tf.tidy(() => tangent.evaluate((c) => model.logits(c, c.pickRows(hiddenOf(c), rows)))),
      dispose: () => undefined,
    };
  }
  const hidden = tf.tidy(() => hiddenOf(calculus));
  return {
    logits: (rows) => tf.tidy(() => model.logits(calculus, calculus.pickRows(hidden, rows))),
    dispose: () => hidden.dispose(),
  };
}

/** ln Σ exp of a row in float64, and the first of its greatest entries. */
export function summarize(logits: Float32Array): { readonly logSum: number; readonly best: number } {
  let best = 0;
  for (let i = 1; i < logits.length; i += 1) if (logits[i]! > logits[best]!) best = i;
  const greatest = logits[best]!;
  let sum = 0;
  for (let i = 0; i < logits.length; i += 1) sum += Math.exp(logits[i]! - greatest);
  return { logSum: greatest + Math.log(sum), best };
}

/** The encoder reads each prompt once, however many continuations it has. */
function encodeOnce<V>(model: EncoderDecoder, calculus: Calculus<V>, readings: readonly Reading[]): Source<V> {
  const unique = new Map<string, { readonly index: number; readonly tokens: readonly number[] }>();
  const which = readings.map(({ source = [] }) => {
    const key = source.join();
    const known = unique.get(key) ?? { index: unique.size, tokens: source };
    unique.set(key, known);
    return known.index;
  });
  const text = padSequences(
    [...unique.values()].map(({ tokens }) => tokens),
    model.padId,
  );
  const { tokens } = text;
  const rows = Int32Array.from({ length: which.length * tokens }, (_, row) => {
    return which[Math.floor(row / tokens)]! * tokens + (row % tokens);
  });
  return {
    encoded: calculus.pickRows(model.encode(calculus, text), rows),
    tokens,
    mask: Uint8Array.from(rows, (row) => text.mask[row]!),
    see: (_, compute) => compute(),
  };
}
