import type { Architecture } from '@crucible/engine/models';
import type { TextExamples, TextTaskManifest } from '@crucible/engine/tasks';
import type { Encoded, Tokenizer } from '@crucible/engine/text';
import { computeErrors } from './errors.js';

/** The texts of examples as a model with a classifier reads them: one, or two with their segments, cut to the model's length. */
export function encodeFields(
  { family, textGeometry }: Pick<Architecture, 'family' | 'textGeometry'>,
  { fields }: Pick<TextTaskManifest, 'fields'>,
  { texts, count }: TextExamples,
  tokenizer: Tokenizer,
): readonly Encoded[] {
  const [first = [], second, ...more] = fields.map((field) => texts.get(field)!);
  if (more.length > 0) {
    throw computeErrors.unscorable({ model: family, needs: 'one or two texts an example', got: more.length + 2 });
  }
  const maxLength = textGeometry?.maxTokens;
  return Array.from({ length: count }, (_, i) =>
    tokenizer.encode(first[i]!, {
      ...(second !== undefined && { pair: second[i]! }),
      ...(maxLength !== undefined && { maxLength }),
    }),
  );
}
