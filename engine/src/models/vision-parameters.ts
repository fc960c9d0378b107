import { tokensPerImage } from './extract-patches.js';
import type { VisionConfig } from './vision-config.js';

/** Names of one tower's parts in Hugging Face's layout; `pre_layrnorm` is spelt so in every CLIP checkpoint. */
export const VISION = {
  classToken: 'vision_model.embeddings.class_embedding',
  patch: 'vision_model.embeddings.patch_embedding',
  positions: 'vision_model.embeddings.position_embedding.weight',
  preNorm: 'vision_model.pre_layrnorm',
  postNorm: 'vision_model.post_layernorm',
  projection: 'visual_projection',
  layer: (index: number): string => `vision_model.encoder.layers.${index}`,
} as const;

/** Every parameter with its shape, in the order of the forward pass. */
export function visionParameterShapes(config: VisionConfig): ReadonlyMap<string, readonly number[]> {
  const { hiddenSize: d, intermediateSize: m, patchSize: p } = config;
  const shapes = new Map<string, readonly number[]>();
  const vector = (name: string) => shapes.set(`${name}.weight`, [d]).set(`${name}.bias`, [d]);
  const linear = (name: string, out: number, input: number) =>
    shapes.set(`${name}.weight`, [out, input]).set(`${name}.bias`, [out]);
  shapes.set(VISION.classToken, [d]);
  shapes.set(`${VISION.patch}.weight`, [d, config.channels, p, p]);
  shapes.set(VISION.positions, [tokensPerImage(config), d]);
  vector(VISION.preNorm);
  for (let index = 0; index < config.layers; index += 1) {
    const layer = VISION.layer(index);
    vector(`${layer}.layer_norm1`);
    for (const part of ['q_proj', 'k_proj', 'v_proj', 'out_proj']) linear(`${layer}.self_attn.${part}`, d, d);
    vector(`${layer}.layer_norm2`);
    linear(`${layer}.mlp.fc1`, m, d);
    linear(`${layer}.mlp.fc2`, d, m);
  }
  vector(VISION.postNorm);
  shapes.set(`${VISION.projection}.weight`, [config.projectionSize, d]);
  return shapes;
}

export interface LinearShape {
  readonly outFeatures: number;
  readonly inFeatures: number;
}

/** The linear layers that an adapter may attach to: those of the encoder, and the projection. The patch embedding is a convolution. */
export function visionLinearLayers(config: VisionConfig): ReadonlyMap<string, LinearShape> {
  const layers = new Map<string, LinearShape>();
  for (const [name, shape] of visionParameterShapes(config)) {
    const [outFeatures, inFeatures] = shape;
    if (shape.length !== 2 || name === VISION.positions) continue;
    layers.set(name.slice(0, -'.weight'.length), { outFeatures: outFeatures!, inFeatures: inFeatures! });
  }
  return layers;
}
