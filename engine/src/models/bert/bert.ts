import type { Calculus } from '../calculus/calculus.js';
import { postNormLayer, type EncoderLayerNames } from '../encoder/encoder-layer.js';
import { fullMask, paddedPositionIds, positionIds } from '../encoder/position-ids.js';
import { SpecBuilder } from '../encoder/spec-builder.js';
import { modelErrors } from '../errors.js';
import { requireInput, type ModelFamily, type ModelOutput, type TokenBatch } from '../model.js';
import { adaptBertConfig, parseBertConfig, type BertConfig, type BertKind } from './bert-config.js';

const namesOf = (kind: BertKind, { prefix }: BertConfig) => ({
  words: `${prefix}embeddings.word_embeddings`,
  positions: `${prefix}embeddings.position_embeddings`,
  segments: `${prefix}embeddings.token_type_embeddings`,
  norm: `${prefix}embeddings.LayerNorm`,
  pooler: `${prefix}pooler.dense`,
  // RoBERTa's classifier brings its own pooling layer.
  classifierDense: kind === 'roberta' ? 'classifier.dense' : undefined,
  classifier: kind === 'roberta' ? 'classifier.out_proj' : 'classifier',
  layer: (index: number): EncoderLayerNames => {
    const layer = `${prefix}encoder.layer.${index}`;
    return {
      query: `${layer}.attention.self.query`,
      key: `${layer}.attention.self.key`,
      value: `${layer}.attention.self.value`,
      attended: `${layer}.attention.output.dense`,
      attentionNorm: `${layer}.attention.output.LayerNorm`,
      up: `${layer}.intermediate.dense`,
      down: `${layer}.output.dense`,
      mlpNorm: `${layer}.output.LayerNorm`,
    };
  },
});

function specsOf(kind: BertKind, config: BertConfig): SpecBuilder {
  const { hiddenSize: d, classes } = config;
  const names = namesOf(kind, config);
  const specs = new SpecBuilder();
  specs.tensor(`${names.words}.weight`, [config.vocabulary, d]);
  specs.tensor(`${names.positions}.weight`, [config.positions, d]);
  specs.tensor(`${names.segments}.weight`, [config.segments, d]);
  specs.norm(names.norm, d);
  for (let index = 0; index < config.layers; index += 1) specs.encoderLayer(names.layer(index), config);
  if (config.hasPooler) specs.linear(names.pooler, d, d);
  if (classes === 0) return specs;
  if (names.classifierDense !== undefined) specs.linear(names.classifierDense, d, d);
  return specs.linear(names.classifier, classes, d);
}

function outputsOf(kind: BertKind, { hasPooler, classes }: BertConfig): readonly ModelOutput[] {
  const classifies = classes > 0 && (kind === 'roberta' || hasPooler);
  return ['embedding', 'hidden', ...(hasPooler ? ['pooled' as const] : []), ...(classifies ? ['logits' as const] : [])];
}

function defineBert(kind: BertKind, modelTypes: readonly string[]): ModelFamily<BertConfig> {
  return {
    name: kind,
    modelTypes,
    inputs: ['text'],
    parseConfig: (model, json) => parseBertConfig(kind, model, json),
    adaptConfig: (config, stored) => adaptBertConfig(kind, config, stored),
    outputs: (config) => outputsOf(kind, config),
    widthOf: ({ hiddenSize, classes }, output) => (output === 'logits' ? classes : hiddenSize),
    parameters: (config) => specsOf(kind, config).specs,
    linearLayers: (config) => specsOf(kind, config).linears,
    textGeometry: ({ vocabulary, positions, padId, positionRule }) => ({
      vocabulary,
      maxTokens: positionRule === 'counted' ? positions - padId - 1 : positions,
      padId,
    }),
    forward: (config, calculus, input, output) =>
      forwardBert(kind, config, calculus, requireInput(kind, input, 'text'), output),
  };
}

/**
 * BERT (Devlin et al. 2019; transformers' `BertModel`, `BertForSequenceClassification`), equal to it to float32 rounding. `hidden` is
 * `last_hidden_state`; `embedding` its mean over the tokens of the mask, as sentence encoders such as MiniLM pool, before normalization; `pooled` the first
 * token through the pooler; `logits` need a checkpoint with a classifier.
 */
export const bert: ModelFamily<BertConfig> = defineBert('bert', ['bert']);

/** RoBERTa (Liu et al. 2019; transformers' `RobertaModel`, `XLMRobertaModel` and their classifiers), with the outputs of BERT. */
export const roberta: ModelFamily<BertConfig> = defineBert('roberta', ['roberta', 'xlm-roberta']);

function forwardBert<V>(
  kind: BertKind,
  config: BertConfig,
  calculus: Calculus<V>,
  text: TokenBatch,
  output: ModelOutput,
): V {
  const { layers } = config;
  const { batch, tokens, mask } = text;
  const names = namesOf(kind, config);
  let x = calculus.scope(() => embed(kind, config, calculus, text));
  const readsFirst = output === 'pooled' || output === 'logits';
  for (let index = 0; index < layers; index += 1) {
    const firstOnly = readsFirst && index === layers - 1;
    const only = firstOnly ? (rows: V): V => calculus.firstRows(rows, batch, tokens) : undefined;
    const options = { ...config, batch, tokens, mask, only };
    x = calculus.scope(() => postNormLayer(calculus, names.layer(index), x, options));
  }
  if (output === 'hidden') return x;
  if (output === 'embedding') return calculus.meanRows(x, mask ?? fullMask(batch * tokens), batch, tokens);
  return calculus.scope(() => {
    const dense = output === 'pooled' ? names.pooler : (names.classifierDense ?? names.pooler);
    const pooled = calculus.activate('tanh', calculus.linear(dense, x));
    return output === 'pooled' ? pooled : calculus.linear(names.classifier, pooled);
  });
}

/** Words, positions and segments, added up and normed. */
function embed<V>(
  kind: BertKind,
  config: BertConfig,
  calculus: Calculus<V>,
  { batch, tokens, ids, types = new Int32Array(ids.length) }: TokenBatch,
): V {
  const { segments, padId, positionRule, layerNormEpsilon } = config;
  const beyond = types.find((type) => type < 0 || type >= segments);
  if (beyond !== undefined) {
    throw modelErrors.tokensMismatched({ got: `token type ${beyond}`, expected: `0 to ${segments - 1}` });
  }
  const names = namesOf(kind, config);
  const positions = positionRule === 'counted' ? paddedPositionIds(ids, tokens, padId) : positionIds(batch, tokens);
  const words = calculus.add(calculus.embedding(names.words, ids), calculus.embedding(names.segments, types));
  const placed = calculus.add(words, calculus.embedding(names.positions, positions));
  return calculus.layerNorm(names.norm, placed, layerNormEpsilon);
}
