import type { Tokenizer as Library } from '@huggingface/tokenizers';
import { parseCharacterMap } from './character-map.js';

/**
 * Makes the library do what the Rust core does where it does otherwise: tables of characters are applied as they are (the library takes NFKC in their
 * place).
 */
export function mendNormalizers(library: Library): void {
  const visit = (normalizer: unknown): void => {
    // The library's parts are functions with methods.
    if ((typeof normalizer !== 'object' && typeof normalizer !== 'function') || normalizer === null) return;
    if ('normalizers' in normalizer && Array.isArray(normalizer.normalizers)) normalizer.normalizers.forEach(visit);
    if (!('charsmap' in normalizer && 'normalize' in normalizer)) return;
    if (typeof normalizer.charsmap !== 'string' || normalizer.charsmap === '') return;
    const map = parseCharacterMap(normalizer.charsmap);
    normalizer.normalize = (text: string) => map.apply(text);
  };
  visit(library.normalizer);
}

/** How the core and the library differ about two texts. */
export interface PairRule {
  /** The library's ByteLevel post-processor forgets the second text; the core sets one behind the other. */
  readonly isConcatenated: boolean;
  /** The core's RobertaProcessing (CLIP, RoBERTa) gives every token the type 0. */
  readonly isUntyped: boolean;
}

export function pairRuleOf(json: Readonly<Record<string, unknown>>): PairRule {
  const processor = json['post_processor'];
  const type = typeof processor === 'object' && processor !== null && 'type' in processor ? processor.type : undefined;
  return {
    isConcatenated: type === 'ByteLevel' || type === undefined,
    isUntyped: type === 'RobertaProcessing',
  };
}
