import type { Calculus } from './calculus/calculus.js';
import { tokensPerImage, type VisionConfig } from './vision-config.js';
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
    x = calculus.scope(() => encoderLayer(config, calculus, VISION.layer(index), x, batch, tokens, classOnly));
  }
  if (output === 'hidden') return x;
  return calculus.scope(() => calculus.linear(VISION.projection, calculus.layerNorm(VISION.postNorm, x, epsilon)));
}

function encoderLayer<V>(
  { heads, activation, layerNormEpsilon: epsilon }: VisionConfig,
  calculus: Calculus<V>,
  layer: string,
  x: V,
  batch: number,
  tokens: number,
  classOnly: boolean,
): V {
  const normal = calculus.layerNorm(`${layer}.layer_norm1`, x, epsilon);
  const k = calculus.linear(`${layer}.self_attn.k_proj`, normal);
  const v = calculus.linear(`${layer}.self_attn.v_proj`, normal);
  const pick = (rows: V): V => (classOnly ? calculus.firstRows(rows, batch, tokens) : rows);
  const q = calculus.linear(`${layer}.self_attn.q_proj`, pick(normal));
  const shape = { batch, queries: classOnly ? 1 : tokens, keys: tokens, heads };
  const attended = calculus.linear(`${layer}.self_attn.out_proj`, calculus.attention(q, k, v, shape));
  const middle = calculus.add(pick(x), attended);
  const up = calculus.linear(`${layer}.mlp.fc1`, calculus.layerNorm(`${layer}.layer_norm2`, middle, epsilon));
  const down = calculus.linear(`${layer}.mlp.fc2`, calculus.activate(activation, up));
  return calculus.add(middle, down);
}
