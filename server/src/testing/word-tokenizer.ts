const special = (id: string, type_id = 0) => ({ SpecialToken: { id, type_id } });
const sequence = (id: string, type_id = 0) => ({ Sequence: { id, type_id } });

/** A tokenizer that knows these words and no others, with a token before and after every text. */
export const tokenizerOf = (words: readonly string[], [before, after]: readonly [number, number]) => {
  const specials = { '[PAD]': 0, '[UNK]': 1, '[CLS]': before, '[SEP]': after };
  return {
    version: '1.0',
    added_tokens: Object.entries(specials).map(([content, id]) => ({ id, content, special: true })),
    normalizer: { type: 'Lowercase' },
    pre_tokenizer: { type: 'Whitespace' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [special('[CLS]'), sequence('A'), special('[SEP]')],
      pair: [special('[CLS]'), sequence('A'), special('[SEP]'), sequence('B', 1), special('[SEP]', 1)],
      special_tokens: {
        '[CLS]': { id: '[CLS]', ids: [before], tokens: ['[CLS]'] },
        '[SEP]': { id: '[SEP]', ids: [after], tokens: ['[SEP]'] },
      },
    },
    decoder: null,
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: { ...specials, ...Object.fromEntries(words.map((word, index) => [word, index + 4])) },
    },
  };
};
