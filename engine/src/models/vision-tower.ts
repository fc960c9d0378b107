import type { Calculus } from './calculus/calculus.js';
import { preNormLayer, type EncoderLayerNames } from './encoder/encoder-layer.js';
import { tokensPerImage } from './extract-patches.js';
import type { VisionConfig } from './vision-config.js';
import { VISION } from './vision-parameters.js';

/** `embedding`: `image_embeds`, `[batch, projection]`. `hidden`: `last_hidden_state`, `[batch · tokens, hidden]`, before the last norm. */
export type VisionOutput = 'embedding' | 'hidden';

/**
 * CLIP's vision tower (Radford et al. 2021, section 2.4; transformers' `CLIPVisionModelWithProjection`), equal to it to float32 rounding.
 *
 * @param patches `[batch · patches, channels · patch²]` from `extractPatches`
 *
 * For the embedding the last layer computes queries, output projection and MLP for the class tokens alone: nothing else of it is read.
 */
export function visionTower<V>(
  config: VisionConfig,
  calculus: Calculus<V>,
  patches: V,
  batch: number,
  output: VisionOutput = 'embedding',
): V {
  const { layers, layerNormEpsilon: epsilon } = config;
  const tokens = tokensPerImage(config);
  let x = calculus.scope(() => {
    const embedded = calculus.linear(VISION.patch, patches);
    const classToken = calculus.parameter(VISION.classToken);
    const positions = calculus.parameter(VISION.positions);
    return calculus.layerNorm(VISION.preNorm, calculus.embedTokens(embedded, classToken, positions, batch), epsilon);
  });
  for (let index = 0; index < layers; index += 1) {
    const classOnly = output === 'embedding' && index === layers - 1;
    const only = classOnly ? (rows: V): V => calculus.firstRows(rows, batch, tokens) : undefined;
    const options = { ...config, batch, tokens, only };
    x = calculus.scope(() => preNormLayer(calculus, clipLayerNames(VISION.layer(index)), x, options));
  }
  if (output === 'hidden') return x;
  return calculus.scope(() => calculus.linear(VISION.projection, calculus.layerNorm(VISION.postNorm, x, epsilon)));
}

/** Names within a layer of either of CLIP's towers. */
export const clipLayerNames = (layer: string): EncoderLayerNames => ({
  query: `${layer}.self_attn.q_proj`,
  key: `${layer}.self_attn.k_proj`,
  value: `${layer}.self_attn.v_proj`,
  attended: `${layer}.self_attn.out_proj`,
  attentionNorm: `${layer}.layer_norm1`,
  up: `${layer}.mlp.fc1`,
  down: `${layer}.mlp.fc2`,
  mlpNorm: `${layer}.layer_norm2`,
});
