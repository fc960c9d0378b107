import type { Calculus } from '../calculus/calculus.js';
import { preNormLayer, type EncoderLayerNames } from '../encoder/encoder-layer.js';
import { SpecBuilder } from '../encoder/spec-builder.js';
import { tokensPerImage } from '../extract-patches.js';
import { requireInput, type ModelFamily, type ModelOutput } from '../model.js';
import { renamedModule } from './renamed-module.js';
import { adaptVitConfig, parseVitConfig, type VitConfig } from './vit-config.js';

const CLASSIFIER = 'classifier';

const namesOf = ({ prefix }: VitConfig) => ({
  classToken: `${prefix}embeddings.cls_token`,
  positions: `${prefix}embeddings.position_embeddings`,
  patch: `${prefix}embeddings.patch_embeddings.projection`,
  finalNorm: `${prefix}layernorm`,
  layer: (index: number): EncoderLayerNames => {
    const layer = `${prefix}encoder.layer.${index}`;
    return {
      query: `${layer}.attention.attention.query`,
      key: `${layer}.attention.attention.key`,
      value: `${layer}.attention.attention.value`,
      attended: `${layer}.attention.output.dense`,
      attentionNorm: `${layer}.layernorm_before`,
      up: `${layer}.intermediate.dense`,
      down: `${layer}.output.dense`,
      mlpNorm: `${layer}.layernorm_after`,
    };
  },
});

function specsOf(config: VitConfig): SpecBuilder {
  const { hiddenSize: d, patchSize: p, channels, classes } = config;
  const names = namesOf(config);
  const tokens = tokensPerImage(config);
  const specs = new SpecBuilder();
  specs.tensor(names.classToken, [d], { storedShape: [1, 1, d] });
  specs.tensor(names.positions, [tokens, d], { storedShape: [1, tokens, d] });
  specs.tensor(`${names.patch}.weight`, [d, channels, p, p]).tensor(`${names.patch}.bias`, [d]);
  for (let index = 0; index < config.layers; index += 1) {
    specs.encoderLayer(names.layer(index), config, { projectionBias: config.queryBias });
  }
  specs.norm(names.finalNorm, d);
  return classes > 0 ? specs.linear(CLASSIFIER, classes, d) : specs;
}

/**
 * The vision transformer (Dosovitskiy et al. 2021; transformers' `ViTModel` and `ViTForImageClassification`), equal to it to float32 rounding. `hidden` is
 * `last_hidden_state`, after the last norm; `pooled` and `embedding` are its class token; `logits` need a checkpoint with a classifier.
 */
export const vit: ModelFamily<VitConfig> = {
  name: 'vit',
  modelTypes: ['vit'],
  inputs: ['images'],
  parseConfig: parseVitConfig,
  adaptConfig: adaptVitConfig,
  outputs: ({ classes }) => ['embedding', 'pooled', 'hidden', ...(classes > 0 ? (['logits'] as const) : [])],
  widthOf: ({ hiddenSize, classes }, output) => (output === 'logits' ? classes : hiddenSize),
  parameters: (config) => specsOf(config).specs,
  linearLayers: (config) => specsOf(config).linears,
  moduleAlias: renamedModule,
  imageGeometry: (config) => config,
  forward(config, calculus, input, output) {
    const { batch, patches } = requireInput('vit', input, 'images');
    return forwardVit(config, calculus, patches, batch, output);
  },
};

function forwardVit<V>(config: VitConfig, calculus: Calculus<V>, patches: V, batch: number, output: ModelOutput): V {
  const { layers, layerNormEpsilon } = config;
  const names = namesOf(config);
  const tokens = tokensPerImage(config);
  let x = calculus.scope(() => {
    const embedded = calculus.linear(names.patch, patches);
    const [classToken, positions] = [calculus.parameter(names.classToken), calculus.parameter(names.positions)];
    return calculus.embedTokens(embedded, classToken, positions, batch);
  });
  for (let index = 0; index < layers; index += 1) {
    const classOnly = output !== 'hidden' && index === layers - 1;
    const only = classOnly ? (rows: V): V => calculus.firstRows(rows, batch, tokens) : undefined;
    const options = { ...config, batch, tokens, only };
    x = calculus.scope(() => preNormLayer(calculus, names.layer(index), x, options));
  }
  return calculus.scope(() => {
    const normal = calculus.layerNorm(names.finalNorm, x, layerNormEpsilon);
    return output === 'logits' ? calculus.linear(CLASSIFIER, normal) : normal;
  });
}
