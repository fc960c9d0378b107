/** A configuration as config.json holds it, as far as the smoke test reads it itself. */
export interface SmokeConfig {
  readonly model_type: string;
  readonly vocab_size?: number;
  readonly vision_config?: { readonly image_size: number; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

export interface SmokeModel {
  readonly config: SmokeConfig;
  readonly targets: readonly string[];
  readonly readsImages: boolean;
  /** Further files of the folder. */
  readonly files: Readonly<Record<string, object>>;
}

const SPECIALS = ['[PAD]', '[EOS]', '[UNK]', '[BOS]'] as const;
const [, EOS, , BOS] = [0, 1, 2, 3];
const WORDS = ['a', 'photo', 'of', 'zero', 'one', 'two', 'yes', 'no', 'positive', 'negative', '1', '2', '.', '0'];
const VOCABULARY = SPECIALS.length + WORDS.length;

const clipTower = { hidden_act: 'quick_gelu', intermediate_size: 32, layer_norm_eps: 1e-5, num_hidden_layers: 2 };

/** Models as small as they can be and still have every part, by the recipe that they stand in for. */
export const smokeModels: ReadonlyMap<string, SmokeModel> = new Map<string, SmokeModel>([
  [
    'clip-vit-b16',
    {
      config: {
        architectures: ['CLIPModel'],
        model_type: 'clip',
        projection_dim: 12,
        logit_scale_init_value: 2.6592,
        text_config: {
          ...clipTower,
          model_type: 'clip_text_model',
          hidden_size: 16,
          num_attention_heads: 2,
          max_position_embeddings: 12,
          vocab_size: VOCABULARY,
          bos_token_id: BOS,
          eos_token_id: EOS,
          pad_token_id: 0,
        },
        vision_config: {
          ...clipTower,
          model_type: 'clip_vision_model',
          hidden_size: 24,
          num_attention_heads: 4,
          image_size: 28,
          patch_size: 7,
          num_channels: 3,
        },
      },
      targets: ['q_proj', 'v_proj'],
      readsImages: true,
      files: {},
    },
  ],
  [
    'flan-t5-base',
    {
      config: {
        architectures: ['T5ForConditionalGeneration'],
        model_type: 't5',
        d_model: 16,
        d_kv: 8,
        d_ff: 24,
        num_heads: 2,
        num_layers: 2,
        num_decoder_layers: 2,
        vocab_size: VOCABULARY,
        relative_attention_num_buckets: 8,
        relative_attention_max_distance: 16,
        layer_norm_epsilon: 1e-6,
        feed_forward_proj: 'gated-gelu',
        tie_word_embeddings: false,
        decoder_start_token_id: 0,
        eos_token_id: EOS,
        pad_token_id: 0,
        is_encoder_decoder: true,
      },
      targets: ['q', 'v'],
      readsImages: false,
      files: { 'generation_config.json': { eos_token_id: EOS, pad_token_id: 0, decoder_start_token_id: 0 } },
    },
  ],
]);

/** tokenizer.json of a vocabulary of words; texts begin and end as the model was taught to expect. */
export function smokeTokenizer({ model_type: kind }: SmokeConfig): object {
  const special = (token: string) => ({ SpecialToken: { id: token, type_id: 0 } });
  const vocab = Object.fromEntries([...SPECIALS, ...WORDS].map((token, id) => [token, id]));
  const before = kind === 'clip' ? [special('[BOS]')] : [];
  const ids = (token: string) => ({ id: token, ids: [vocab[token]!], tokens: [token] });
  const sequence = (id: string) => ({ Sequence: { id, type_id: 0 } });
  return {
    version: '1.0',
    added_tokens: SPECIALS.map((content, id) => ({ id, content, special: true })),
    normalizer: { type: 'Lowercase' },
    pre_tokenizer: { type: 'Whitespace' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [...before, sequence('A'), special('[EOS]')],
      pair: [...before, sequence('A'), sequence('B'), special('[EOS]')],
      special_tokens: { '[BOS]': ids('[BOS]'), '[EOS]': ids('[EOS]') },
    },
    decoder: null,
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab,
    },
  };
}
