import type { Tokenizer as Library } from '@huggingface/tokenizers';
import { tokenizerErrors } from './errors.js';
import { tokenizerLimits } from './limits.js';
import { pairRuleOf } from './mend-library.js';
import { findLayout, specialsOf, type SpecialLayout } from './special-layout.js';
import { padBatch } from './pad-batch.js';
import type { Encoded, EncodeOptions, Tokenizer } from './tokenizer.js';
import { truncatePair } from './truncate-pair.js';

type Json = Readonly<Record<string, unknown>>;

const ROLES = ['pad', 'bos', 'eos', 'unk', 'cls', 'sep', 'mask'] as const;
/** transformers writes 10³⁰ where there is no limit. */
const NO_LIMIT = 1e9;
/** A text whose tokens every vocabulary has, and that no special token holds. */
const PROBE = 'a';

/** Puts cutting, filling up and checks around the library. */
export function createTokenizer(folder: string, library: Library, config: Json, json: Json): Tokenizer {
  const idOf = (token: string): number | undefined => library.token_to_id(token);
  const vocabularySize = countTokens(library, json);
  const special = new Map<string, number>();
  for (const role of ROLES) {
    const id = idOf(nameOf(config[`${role}_token`]) ?? '');
    if (id !== undefined) special.set(role, id);
  }
  const { isConcatenated, isUntyped } = pairRuleOf(json);
  const run = (text: string, { pair, bare = false }: EncodeOptions): Encoded => {
    for (const each of pair === undefined ? [text] : [text, pair]) {
      const limit = tokenizerLimits.textCharacters;
      if (each.length > limit) throw tokenizerErrors.tooLarge({ what: 'a text', got: each.length, limit });
    }
    if (pair !== undefined && (isConcatenated || bare)) {
      const [first, second] = [run(text, { bare }).ids, run(pair, { bare }).ids];
      return { ids: [...first, ...second], types: [...first.map(() => 0), ...second.map(() => (isUntyped ? 0 : 1))] };
    }
    const { ids, token_type_ids: types } = library.encode(text, {
      add_special_tokens: !bare,
      return_token_type_ids: true,
      ...(pair !== undefined && { text_pair: pair }),
    });
    return { ids, types: types === undefined || isUntyped ? ids.map(() => 0) : types };
  };
  const layouts = new Map<boolean, SpecialLayout>();
  const layoutOf = (isPair: boolean): SpecialLayout => {
    const known = layouts.get(isPair);
    if (known !== undefined) return known;
    const bare = run(PROBE, { bare: true }).ids;
    const whole = run(PROBE, isPair ? { pair: PROBE } : {}).ids;
    const found = findLayout(whole, isPair ? [bare, bare] : [bare]);
    if (found === undefined) {
      throw tokenizerErrors.invalid({
        file: folder,
        reason: 'its special tokens change the text, so that it cannot be cut',
      });
    }
    layouts.set(isPair, found);
    return found;
  };
  const encode = (text: string, options: EncodeOptions = {}): Encoded => {
    const whole = run(text, options);
    const { maxLength, pair, bare = false } = options;
    if (maxLength === undefined || whole.ids.length <= maxLength) return whole;
    const layout = bare ? { before: [], between: [], after: [] } : layoutOf(pair !== undefined);
    const least = specialsOf(layout);
    if (!(Number.isSafeInteger(maxLength) && maxLength >= least)) {
      throw tokenizerErrors.lengthInvalid({ got: maxLength, least });
    }
    const first = run(text, { bare: true }).ids;
    const second = pair === undefined ? [] : run(pair, { bare: true }).ids;
    const [keepFirst, keepSecond] = truncatePair(first.length, second.length, maxLength - least, maxLength);
    const ids = [
      ...layout.before,
      ...first.slice(0, keepFirst),
      ...layout.between,
      ...second.slice(0, keepSecond),
      ...layout.after,
    ];
    return { ids, types: cutTypes(whole.types, layout, [first.length, keepFirst], [second.length, keepSecond]) };
  };
  const maxLength = config['model_max_length'];
  const pad = special.get('pad') ?? special.get('eos') ?? 0;
  return {
    folder,
    vocabularySize,
    special,
    modelMaxLength: typeof maxLength === 'number' && maxLength > 0 && maxLength < NO_LIMIT ? maxLength : undefined,
    encode,
    encodeBatch: (texts, options = {}) =>
      padBatch(
        texts.map((each) =>
          typeof each === 'string' ? encode(each, options) : encode(each[0], { ...options, pair: each[1] }),
        ),
        pad,
        options,
      ),
    decode(ids, { keepSpecial = false } = {}) {
      const list = Array.from(ids);
      const wrong = list.find((id) => !(Number.isInteger(id) && library.id_to_token(id) !== undefined));
      if (wrong !== undefined) throw tokenizerErrors.tokenInvalid({ got: wrong });
      return list.length === 0
        ? ''
        : library.decode(list, { skip_special_tokens: !keepSpecial, clean_up_tokenization_spaces: false });
    },
    idOf,
  };
}

type Cut = readonly [have: number, kept: number];

/** The types of what stays: those of the whole, without the ends of the texts. */
function cutTypes(
  types: readonly number[],
  { before, between }: SpecialLayout,
  first: Cut,
  second: Cut,
): readonly number[] {
  const begin = before.length;
  const next = begin + first[0] + between.length;
  return [
    ...types.slice(0, begin + first[1]),
    ...types.slice(begin + first[0], next + second[1]),
    ...types.slice(next + second[0]),
  ];
}

/** One more than the greatest id: what an embedding needs rows for. */
function countTokens(library: Library, json: Json): number {
  let greatest = -1;
  for (const id of library.get_vocab(true).values()) greatest = Math.max(greatest, id);
  const added = json['added_tokens'];
  for (const token of Array.isArray(added) ? added : []) {
    const id = (token as Json)['id'];
    if (typeof id === 'number') greatest = Math.max(greatest, id);
  }
  return greatest + 1;
}

/** Names of special tokens are texts, or objects with the text as `content`. */
function nameOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return undefined;
  const content = (value as Json)['content'];
  return typeof content === 'string' ? content : undefined;
}
