import { modelLimits } from '../limits.js';
import type { StoredShapes } from '../model.js';
import type { Activation } from '../operations/activation.js';
import { checkHeads, readConfig } from '../read-config.js';

/** The structure of a BERT or RoBERTa, as Hugging Face's `BertConfig` and `RobertaConfig` have it. */
export interface BertConfig {
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly vocabulary: number;
  /** Rows of the table of positions. */
  readonly positions: number;
  readonly segments: number;
  readonly activation: Activation;
  readonly layerNormEpsilon: number;
  readonly padId: number;
  /** `counted` from the padding id on over tokens that are not padding (RoBERTa), or simply `absolute` (BERT). */
  readonly positionRule: 'absolute' | 'counted';
  /** Before every name of the encoder: `bert.` or `roberta.` under a head, nothing in a bare model. */
  readonly prefix: string;
  readonly hasPooler: boolean;
  /** Classes of the stored classifier; 0 without one. */
  readonly classes: number;
}

export type BertKind = 'bert' | 'roberta';

/** Kinds differ in their defaults, in how positions are counted, and in their classifiers. */
const DEFAULTS = {
  bert: { types: ['bert'], vocabulary: 30_522, segments: 2, padId: 0, rule: 'absolute' },
  roberta: { types: ['roberta', 'xlm-roberta'], vocabulary: 50_265, segments: 2, padId: 1, rule: 'counted' },
} as const;

/** @throws modelErrors.configUnsupported naming the field */
export function parseBertConfig(kind: BertKind, model: string, json: unknown): BertConfig {
  const defaults = DEFAULTS[kind];
  const root = readConfig(model, json);
  root.oneOf('model_type', defaults.types);
  root.oneOf('position_embedding_type', ['absolute'], 'absolute');
  if (root.flag('is_decoder', false)) throw root.fail('is_decoder', true, 'false: an encoder');
  const config: BertConfig = {
    hiddenSize: root.whole('hidden_size', 768, modelLimits.hiddenSize),
    intermediateSize: root.whole('intermediate_size', 3072, modelLimits.intermediateSize),
    layers: root.whole('num_hidden_layers', 12, modelLimits.layers),
    heads: root.whole('num_attention_heads', 12, modelLimits.heads),
    vocabulary: root.whole('vocab_size', defaults.vocabulary, modelLimits.vocabulary),
    positions: root.whole('max_position_embeddings', 512, modelLimits.positions),
    segments: root.whole('type_vocab_size', defaults.segments, modelLimits.segments),
    activation: root.activation('hidden_act', 'gelu'),
    layerNormEpsilon: root.epsilon('layer_norm_eps', 1e-12),
    padId: root.id('pad_token_id', defaults.padId, modelLimits.vocabulary),
    positionRule: defaults.rule,
    prefix: '',
    hasPooler: true,
    classes: 0,
  };
  checkHeads(root.fail, config);
  if (config.positionRule === 'counted' && config.positions < config.padId + 2) {
    throw root.fail('max_position_embeddings', config.positions, `above pad_token_id + 1, ${config.padId + 1}`);
  }
  return config;
}

export function adaptBertConfig(kind: BertKind, config: BertConfig, stored: StoredShapes): BertConfig {
  const prefix = stored.has(`${kind}.embeddings.word_embeddings.weight`) ? `${kind}.` : '';
  const classifier = kind === 'bert' ? 'classifier.weight' : 'classifier.out_proj.weight';
  return {
    ...config,
    prefix,
    hasPooler: stored.has(`${prefix}pooler.dense.weight`),
    classes: stored.get(classifier)?.[0] ?? 0,
  };
}
