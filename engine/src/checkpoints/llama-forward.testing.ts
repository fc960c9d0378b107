import type { TensorFolder } from '../tensors/index.js';

/** What the forward pass needs of config.json. */
export interface LlamaShape {
  readonly layers: number;
  readonly hidden: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly epsilon: number;
  readonly theta: number;
}

/**
 * Logits `[tokens, vocabulary]` of a Llama, in float64 from the stored weights: written from the model's definition, without a library, as the independent check of a
 * merged model. RMSNorm, rotary positions by halves, grouped causal attention, SwiGLU.
 */
export async function llamaLogits(
  weights: TensorFolder,
  shape: LlamaShape,
  tokens: readonly number[],
): Promise<Float64Array[]> {
  const { layers, hidden, heads, keyValueHeads, epsilon, theta } = shape;
  const width = hidden / heads;
  const read = async (name: string): Promise<Float64Array> =>
    new Float64Array(await weights.readFloat32(`${name}.weight`));
  const embedding = await read('model.embed_tokens');
  let stream = tokens.map((token) => embedding.slice(token * hidden, (token + 1) * hidden));
  for (let layer = 0; layer < layers; layer += 1) {
    const at = `model.layers.${layer}`;
    const normed = stream.map(rmsNorm(await read(`${at}.input_layernorm`), epsilon));
    const [q, k, v] = await Promise.all(
      ['q', 'k', 'v'].map(async (name) => normed.map(linear(await read(`${at}.self_attn.${name}_proj`)))),
    );
    const queries = q!.map((row, position) => rotate(row, width, position, theta));
    const keys = k!.map((row, position) => rotate(row, width, position, theta));
    const mixed = queries.map((query, position) =>
      attend(query, keys.slice(0, position + 1), v!.slice(0, position + 1), heads, keyValueHeads, width),
    );
    const attended = mixed.map(linear(await read(`${at}.self_attn.o_proj`)));
    stream = stream.map((row, t) => row.map((value, i) => value + attended[t]![i]!));
    const second = stream.map(rmsNorm(await read(`${at}.post_attention_layernorm`), epsilon));
    const [gate, up] = await Promise.all(
      ['gate', 'up'].map(async (name) => second.map(linear(await read(`${at}.mlp.${name}_proj`)))),
    );
    const gated = gate!.map((row, t) => row.map((x, i) => (x / (1 + Math.exp(-x))) * up![t]![i]!));
    const down = gated.map(linear(await read(`${at}.mlp.down_proj`)));
    stream = stream.map((row, t) => row.map((value, i) => value + down[t]![i]!));
  }
  return stream.map(rmsNorm(await read('model.norm'), epsilon)).map(linear(await read('lm_head')));
}

const linear =
  (weight: Float64Array) =>
  (row: Float64Array): Float64Array =>
    Float64Array.from({ length: weight.length / row.length }, (_, out) =>
      row.reduce((sum, value, i) => sum + value * weight[out * row.length + i]!, 0),
    );

const rmsNorm =
  (weight: Float64Array, epsilon: number) =>
  (row: Float64Array): Float64Array => {
    const mean = row.reduce((sum, value) => sum + value * value, 0) / row.length;
    return row.map((value, i) => (value / Math.sqrt(mean + epsilon)) * weight[i]!);
  };

function rotate(row: Float64Array, width: number, position: number, theta: number): Float64Array {
  const half = width / 2;
  return row.map((value, i) => {
    const inHead = i % width;
    const angle = position / theta ** ((2 * (inHead % half)) / width);
    const partner = inHead < half ? -row[i + half]! : row[i - half]!;
    return value * Math.cos(angle) + partner * Math.sin(angle);
  });
}

function attend(
  query: Float64Array,
  keys: readonly Float64Array[],
  values: readonly Float64Array[],
  heads: number,
  keyValueHeads: number,
  width: number,
): Float64Array {
  const out = new Float64Array(query.length);
  for (let head = 0; head < heads; head += 1) {
    const shared = Math.floor((head * keyValueHeads) / heads) * width;
    const scores = keys.map((key) => {
      let sum = 0;
      for (let i = 0; i < width; i += 1) sum += query[head * width + i]! * key[shared + i]!;
      return Math.exp(sum / Math.sqrt(width));
    });
    const total = scores.reduce((sum, score) => sum + score, 0);
    scores.forEach((score, t) => {
      for (let i = 0; i < width; i += 1) out[head * width + i]! += (score / total) * values[t]![shared + i]!;
    });
  }
  return out;
}
