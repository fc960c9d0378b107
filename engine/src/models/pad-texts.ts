import { modelErrors } from './errors.js';
import type { Architecture, TokenBatch } from './model.js';

/** Token ids of a text, alone or with the segment of each (BERT's token types). */
export type TokenizedText = ArrayLike<number> | { readonly ids: ArrayLike<number>; readonly types: ArrayLike<number> };

/** How many tokens a text has. */
export const tokenCount = (text: TokenizedText): number => idsOf(text).length;

const idsOf = (text: TokenizedText): ArrayLike<number> => ('ids' in text ? text.ids : text);

/**
 * Texts of unequal length as one batch: padded behind with the model's padding token, and masked there.
 *
 * @param texts token ids of each, with the special tokens that the model's tokenizer adds
 * @throws modelErrors.inputMissing when the model reads no text
 */
export function padTexts({ family, textGeometry }: Architecture, texts: readonly TokenizedText[]): TokenBatch {
  if (textGeometry === undefined) throw modelErrors.inputMissing({ family, input: 'images, not text' });
  const tokens = Math.max(...texts.map(tokenCount));
  const ids = new Int32Array(texts.length * tokens).fill(textGeometry.padId);
  const mask = new Uint8Array(ids.length);
  const types = texts.some((text) => 'ids' in text) ? new Int32Array(ids.length) : undefined;
  texts.forEach((text, example) => {
    ids.set(idsOf(text), example * tokens);
    if ('ids' in text) types!.set(text.types, example * tokens);
    mask.fill(1, example * tokens, example * tokens + tokenCount(text));
  });
  return { batch: texts.length, tokens, ids, mask, ...(types !== undefined && { types }) };
}
