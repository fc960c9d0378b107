import { modelErrors } from './errors.js';
import type { Architecture, TokenBatch } from './model.js';

/**
 * Texts of unequal length as one batch: padded behind with the model's padding token, and masked there.
 *
 * @param texts token ids of each, with the special tokens that the model's tokenizer adds
 * @throws modelErrors.inputMissing when the model reads no text
 */
export function padTexts({ family, textGeometry }: Architecture, texts: readonly ArrayLike<number>[]): TokenBatch {
  if (textGeometry === undefined) throw modelErrors.inputMissing({ family, input: 'images, not text' });
  const tokens = Math.max(...texts.map(({ length }) => length));
  const ids = new Int32Array(texts.length * tokens).fill(textGeometry.padId);
  const mask = new Uint8Array(ids.length);
  texts.forEach((text, example) => {
    ids.set(text, example * tokens);
    mask.fill(1, example * tokens, example * tokens + text.length);
  });
  return { batch: texts.length, tokens, ids, mask };
}
