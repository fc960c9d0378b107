import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openTensorFolder } from '../tensors/index.js';

/** Weights by name, in float64. */
export type TinyWeights = ReadonlyMap<string, Float64Array>;

interface TinyConfig {
  readonly model_type: string;
  readonly hidden_size: number;
  readonly num_attention_heads: number;
  readonly num_key_value_heads: number;
  readonly num_hidden_layers: number;
  readonly rms_norm_eps: number;
  readonly rope_theta?: number;
  readonly rope_parameters?: { readonly rope_theta: number };
  readonly n_embd: number;
  readonly n_head: number;
  readonly n_layer: number;
  readonly layer_norm_epsilon: number;
}

export interface TinyModel {
  readonly weights: TinyWeights;
  /** Logits `[batch, time, vocabulary]`, flat, of token ids `[batch, time]`. */
  forward(weights: TinyWeights, ids: readonly (readonly number[])[]): Float64Array;
}

/**
 * The forward pass of a tiny Llama or GPT-2 in float64, for tests alone: written from the models' definitions and as slow as it is plain, so that it can
 * judge what adapters do to logits.
 */
export async function openTinyModel(folder: string): Promise<TinyModel> {
  const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as TinyConfig;
  const source = await openTensorFolder(folder);
  const weights = new Map<string, Float64Array>();
  for (const name of source.tensors.keys()) weights.set(name, Float64Array.from(await source.readFloat32(name)));
  await source.close();
  const run = config.model_type === 'gpt2' ? gpt2 : llama;
  return {
    weights,
    forward: (given, ids) => Float64Array.from(ids.flatMap((row) => run(config, given, row).flatMap((x) => [...x]))),
  };
}

type Rows = readonly (readonly number[])[];

const dot = (x: readonly number[], y: ArrayLike<number>, begin: number, stride = 1): number =>
  x.reduce((sum, value, at) => sum + value * y[begin + at * stride]!, 0);
/** x·Wᵀ for W `[out, in]`. */
const linear = (x: Rows, w: Float64Array, out: number): Rows =>
  x.map((row) => Array.from({ length: out }, (_, i) => dot(row, w, i * row.length)));
/** x·W + b for W `[in, out]`. */
const conv1d = (x: Rows, w: Float64Array, b: Float64Array): Rows =>
  x.map((row) => Array.from(b, (bias, j) => bias + dot(row, w, j, b.length)));
const add = (x: Rows, y: Rows): Rows => x.map((row, t) => row.map((value, i) => value + y[t]![i]!));
const columns = (x: Rows, begin: number, end: number): Rows => x.map((row) => row.slice(begin, end));

/** Causal attention of one head. */
function attend(q: Rows, k: Rows, v: Rows): Rows {
  return q.map((query, t) => {
    const scores = k.slice(0, t + 1).map((key) => dot(query, key, 0) / Math.sqrt(query.length));
    const most = Math.max(...scores);
    const powers = scores.map((score) => Math.exp(score - most));
    const total = powers.reduce((sum, power) => sum + power, 0);
    return v[0]!.map((_, i) => powers.reduce((sum, power, s) => sum + (power / total) * v[s]![i]!, 0));
  });
}

const joinHeads = (heads: readonly Rows[]): Rows => heads[0]!.map((_, t) => heads.flatMap((head) => [...head[t]!]));

function gpt2(config: TinyConfig, w: TinyWeights, ids: readonly number[]): Rows {
  const { n_embd: width, n_head: heads } = config;
  const get = (name: string): Float64Array => w.get(`transformer.${name}`)!;
  const norm = (x: Rows, name: string): Rows =>
    x.map((row) => {
      const mean = row.reduce((sum, value) => sum + value, 0) / width;
      const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / width;
      const root = Math.sqrt(variance + config.layer_norm_epsilon);
      return row.map((value, i) => ((value - mean) / root) * get(`${name}.weight`)[i]! + get(`${name}.bias`)[i]!);
    });
  const affine = (x: Rows, name: string): Rows => conv1d(x, get(`${name}.weight`), get(`${name}.bias`));
  const gelu = (x: number): number => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
  const row = (table: Float64Array, at: number): readonly number[] => [...table.subarray(at * width, (at + 1) * width)];
  let x: Rows = add(
    ids.map((id) => row(get('wte.weight'), id)),
    ids.map((_, t) => row(get('wpe.weight'), t)),
  );
  for (let layer = 0; layer < config.n_layer; layer += 1) {
    const h = `h.${layer}`;
    const qkv = affine(norm(x, `${h}.ln_1`), `${h}.attn.c_attn`);
    const side = width / heads;
    const part = (which: number, head: number): Rows => {
      const begin = which * width + head * side;
      return columns(qkv, begin, begin + side);
    };
    const mixed = Array.from({ length: heads }, (_, head) => attend(part(0, head), part(1, head), part(2, head)));
    x = add(x, affine(joinHeads(mixed), `${h}.attn.c_proj`));
    const inner = affine(norm(x, `${h}.ln_2`), `${h}.mlp.c_fc`).map((values) => values.map(gelu));
    x = add(x, affine(inner, `${h}.mlp.c_proj`));
  }
  const head = w.get('lm_head.weight') ?? get('wte.weight');
  return linear(norm(x, 'ln_f'), head, head.length / width);
}

function llama(config: TinyConfig, w: TinyWeights, ids: readonly number[]): Rows {
  const { hidden_size: width, num_attention_heads: heads, num_key_value_heads: groups } = config;
  const theta = config.rope_parameters?.rope_theta ?? config.rope_theta ?? 10_000;
  const get = (name: string): Float64Array => w.get(`model.${name}`)!;
  const norm = (x: Rows, name: string): Rows =>
    x.map((row) => {
      const root = Math.sqrt(dot(row, row, 0) / width + config.rms_norm_eps);
      return row.map((value, i) => (value / root) * get(`${name}.weight`)[i]!);
    });
  const project = (x: Rows, name: string): Rows =>
    linear(x, get(`${name}.weight`), get(`${name}.weight`).length / x[0]!.length);
  const side = width / heads;
  const rotate = (x: Rows): Rows =>
    x.map((row, t) =>
      row.map((value, i) => {
        const half = side / 2;
        const angle = t * theta ** (-(i % half) / half);
        const other = i < half ? -row[i + half]! : row[i - half]!;
        return value * Math.cos(angle) + other * Math.sin(angle);
      }),
    );
  const embeddings = get('embed_tokens.weight');
  let x: Rows = ids.map((id) => [...embeddings.subarray(id * width, (id + 1) * width)]);
  for (let layer = 0; layer < config.num_hidden_layers; layer += 1) {
    const name = `layers.${layer}`;
    const normed = norm(x, `${name}.input_layernorm`);
    const [q, k, v] = ['q', 'k', 'v'].map((kind) => project(normed, `${name}.self_attn.${kind}_proj`));
    const mixed = Array.from({ length: heads }, (_, head) => {
      const group = Math.floor((head * groups) / heads) * side;
      const query = rotate(columns(q!, head * side, (head + 1) * side));
      return attend(query, rotate(columns(k!, group, group + side)), columns(v!, group, group + side));
    });
    x = add(x, project(joinHeads(mixed), `${name}.self_attn.o_proj`));
    const inner = norm(x, `${name}.post_attention_layernorm`);
    const up = project(inner, `${name}.mlp.up_proj`);
    const gated = project(inner, `${name}.mlp.gate_proj`).map((row, t) =>
      row.map((value, i) => (value / (1 + Math.exp(-value))) * up[t]![i]!),
    );
    x = add(x, project(gated, `${name}.mlp.down_proj`));
  }
  const head = w.get('lm_head.weight')!;
  return linear(norm(x, 'norm'), head, head.length / width);
}
