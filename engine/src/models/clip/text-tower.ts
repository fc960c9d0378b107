import type { Calculus } from '../calculus/calculus.js';
import { preNormLayer } from '../encoder/encoder-layer.js';
import { SpecBuilder } from '../encoder/spec-builder.js';
import { positionIds } from '../encoder/position-ids.js';
import type { TokenBatch } from '../model.js';
import { clipLayerNames } from '../vision-tower.js';
import { endPositions } from './end-positions.js';
import type { TextTowerConfig } from './text-config.js';

const TEXT = {
  tokens: 'text_model.embeddings.token_embedding',
  positions: 'text_model.embeddings.position_embedding',
  finalNorm: 'text_model.final_layer_norm',
  projection: 'text_projection',
  layer: (index: number): string => `text_model.encoder.layers.${index}`,
} as const;

export function textTowerSpecs(config: TextTowerConfig): SpecBuilder {
  const { hiddenSize: d, layers } = config;
  const specs = new SpecBuilder();
  specs.tensor(`${TEXT.tokens}.weight`, [config.vocabulary, d]);
  specs.tensor(`${TEXT.positions}.weight`, [config.maxTokens, d]);
  for (let index = 0; index < layers; index += 1) specs.encoderLayer(clipLayerNames(TEXT.layer(index)), config);
  return specs.norm(TEXT.finalNorm, d).linear(TEXT.projection, config.projectionSize, d, { bias: false });
}

/**
 * CLIP's text tower (Radford et al. 2021, section 2.4; transformers' `CLIPTextModelWithProjection`), equal to it to float32 rounding: `embedding` is
 * `text_embeds` before normalization, `pooled` the end token's row, `hidden` `last_hidden_state`.
 *
 * Where one row per text is read, the last layer computes queries, output projection and MLP for that row alone.
 */
export function textTower<V>(
  config: TextTowerConfig,
  calculus: Calculus<V>,
  text: TokenBatch,
  output: 'embedding' | 'pooled' | 'hidden' = 'embedding',
): V {
  const { layers, layerNormEpsilon: epsilon } = config;
  const { batch, tokens, ids, mask } = text;
  let x = calculus.scope(() =>
    calculus.add(calculus.embedding(TEXT.tokens, ids), calculus.embedding(TEXT.positions, positionIds(batch, tokens))),
  );
  const ends = endPositions(config, text);
  const endRows = ends.map((position, example) => example * tokens + position);
  for (let index = 0; index < layers; index += 1) {
    const endOnly = output !== 'hidden' && index === layers - 1;
    const seen = endOnly
      ? { mask: keysUpTo(ends, text), only: (rows: V): V => calculus.pickRows(rows, endRows) }
      : { causal: true, mask };
    const options = { ...config, batch, tokens, ...seen };
    x = calculus.scope(() => preNormLayer(calculus, clipLayerNames(TEXT.layer(index)), x, options));
  }
  return calculus.scope(() => {
    const normal = calculus.layerNorm(TEXT.finalNorm, x, epsilon);
    return output === 'embedding' ? calculus.linear(TEXT.projection, normal) : normal;
  });
}

/** What the causal mask lets a text's end token see. */
function keysUpTo(ends: Int32Array, { tokens, mask }: TokenBatch): Uint8Array {
  const seen = new Uint8Array(ends.length * tokens);
  ends.forEach((end, example) => {
    for (let at = example * tokens; at <= example * tokens + end; at += 1) seen[at] = mask?.[at] ?? 1;
  });
  return seen;
}
