import type { Tokenizer } from '../../text/index.js';
import type { LanguageModel } from '../generation/language-model.js';
import type { Continuation } from '../likelihood/score-continuations.js';

/** What of a tokenizer the tasks need. */
export type TextCodec = Pick<Tokenizer, 'encode' | 'decode' | 'special'>;

export interface EncodingOptions {
  /** Tokens that a prompt may have; a longer one is cut at its end. Unbounded unless told. */
  readonly maxPromptTokens?: number | undefined;
  /** What stands between a prompt and its answer: a space for a causal model, which continues a text; nothing for an encoder-decoder. */
  readonly separator?: string | undefined;
  /** Whether the end token is part of an answer: so it is for an encoder-decoder, which is trained to end, and not for a causal model. */
  readonly endsAnswers?: boolean | undefined;
}

/** A prompt as a model reads it before it generates. */
export function encodePrompt(
  model: LanguageModel,
  codec: TextCodec,
  prompt: string,
  { maxPromptTokens }: EncodingOptions = {},
): readonly number[] {
  const cut = maxPromptTokens === undefined ? {} : { maxLength: maxPromptTokens };
  const { ids } = codec.encode(prompt, cut);
  return model.kind === 'ENCODER_DECODER' ? ids : withoutEnd(codec, ids);
}

/**
 * A prompt and an answer as tokens.
 *
 * For a causal model both are encoded as one text, for a token may lie across the border of two; the answer's tokens are those past as many as the prompt
 * has alone, without the white space at its end, which tokenizers join to what follows (lm-evaluation-harness). An encoder-decoder reads them apart.
 */
export function encodePair(
  model: LanguageModel,
  codec: TextCodec,
  prompt: string,
  answer: string,
  options: EncodingOptions = {},
): Continuation {
  const { endsAnswers = model.kind === 'ENCODER_DECODER', separator = model.kind === 'CAUSAL' ? ' ' : '' } = options;
  const eos = endsAnswers ? codec.special.get('eos') : undefined;
  const end = eos === undefined ? [] : [eos];
  if (model.kind === 'ENCODER_DECODER') {
    const continuation = [...codec.encode(separator + answer, { bare: true }).ids, ...end];
    return { prompt: encodePrompt(model, codec, prompt, options), continuation };
  }
  const kept = prompt.trimEnd();
  const whole = withoutEnd(codec, codec.encode(prompt + separator + answer).ids);
  const alone = withoutEnd(codec, codec.encode(kept).ids);
  const before = encodePrompt(model, codec, kept, options);
  const border = Math.min(alone.length, whole.length - 1);
  // A prompt that was cut is not the beginning of the whole text any more.
  const read = before.length < alone.length ? before : whole.slice(0, border);
  return { prompt: read, continuation: [...whole.slice(border), ...end] };
}

/** Some tokenizers end every text; what is to be continued has not ended. */
function withoutEnd({ special }: TextCodec, ids: readonly number[]): readonly number[] {
  return ids.length > 1 && ids.at(-1) === special.get('eos') ? ids.slice(0, -1) : ids;
}
