import { setImmediate } from 'node:timers/promises';
import { extractPatches, type ImageBatch, type LowRankUpdates, type VisionModel } from '../models/index.js';
import { paddedTokens } from './attention-code.js';
import { forwardErrors } from './errors.js';
import { TILE_ROWS } from './matrix-product.js';
import { createTowerKernels, type TowerKernels } from './tower-kernels.js';
import { MemoryPlan, packPanels, paddedDepth, type Block } from './tower-memory.js';
import { firstTokens } from './first-tokens.js';

/** Images that go through at once: their activations stay in the second-level cache, and their rows are whole tiles. */
const BATCH = 4 * TILE_ROWS;
/** Rows that a product makes before it goes on to the next panel: they stay in the first-level cache beside a panel. */
const CACHED_NUMBERS = 6144;
/** Ranks of an update that are folded in one product. */
const FOLDED_RANKS = 128;
/** Batches between two looks at what else there is to do. */
const BREATH = 4;

const PARTS = ['q_proj', 'k_proj', 'v_proj', 'out_proj'] as const;

/** One linear layer on the kernels' memory. */
interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  /** Base, row-major `[in, out]`. */
  readonly base: Float32Array;
  /** In use: panels of the base, or of the base with updates. */
  readonly panels: Block;
  readonly bias: Block;
}

/** Images up to where models that differ in updates begin to differ. */
export interface PreparedImages {
  readonly count: number;
  readonly byteLength: number;
  /** After the embedding and its norm, `[count, tokens, width]`. */
  readonly tokens: Float32Array;
  /** Of the first layer's attention, `[count, heads, tokens, padded tokens]`: the same in every model that leaves its queries and keys alone. */
  readonly attention: Float32Array;
}

/** Why a model's forward pass cannot be compiled; undefined if it can. */
export function whyNotCompiled({ config, parameters }: VisionModel): string | undefined {
  const { hiddenSize, heads, intermediateSize, projectionSize, activation, layers } = config;
  const head = hiddenSize / heads;
  const tokens = tokensOf(config);
  const numbers = [...parameters.values()].reduce((sum, { values }) => sum + values.length, 0);
  if (activation !== 'quick_gelu') return `its activation is ${activation}`;
  if (layers < 1) return 'it has no layers';
  if (hiddenSize % 16 !== 0 || head % 8 !== 0) return `its width is ${hiddenSize} in ${heads} heads`;
  if (intermediateSize % 8 !== 0 || projectionSize % 8 !== 0) return 'its widths are no multiples of 8';
  if (tokens > forwardLimits.tokens) return `it has ${tokens} tokens, at most ${forwardLimits.tokens} are unrolled`;
  if (numbers > forwardLimits.parameters) {
    return `it has ${numbers} parameters, at most ${forwardLimits.parameters} are held in one memory`;
  }
  return undefined;
}

export const forwardLimits = {
  tokens: 256,
  parameters: 150_000_000,
} as const;

const tokensOf = ({ imageSize, patchSize }: VisionModel['config']): number =>
  1 + Math.floor(imageSize / patchSize) ** 2;

/**
 * A CLIP vision tower as WebAssembly of our own, for scoring many adapters of one base on the same images: `visionTower`'s result up to float32 rounding, several
 * times faster than a product of tensors. What fused models have in common is computed once per image; one set of updates is in use at a time.
 *
 * Of the last layer, where only the class token is read, q·(W_k x) is computed as (W_kᵀ q)·x and Σ p·(W_v x) as W_v (Σ p·x): the same sums in another order, for an
 * eighth of the products.
 */
export class CompiledTower {
  readonly #model: VisionModel;
  readonly #kernels: TowerKernels;
  readonly #memory: Float32Array;
  readonly #layers = new Map<string, Layer>();
  readonly #vectors = new Map<string, Block>();
  readonly #zeros: Block;
  readonly #space: Readonly<Record<'x' | 'normal' | 'q' | 'k' | 'v' | 'mixed' | 'hidden' | 'last' | 'picked', Block>>;
  readonly #keys: Block;
  readonly #shares: Block;
  /** W_k of the last layer by heads, `[head, width]` each. */
  readonly #lastKeys: Block;
  readonly #fold: { readonly left: Block; readonly right: Block; readonly sum: Block };
  #updated: ReadonlySet<string> = new Set();

  constructor(model: VisionModel) {
    const why = whyNotCompiled(model);
    if (why !== undefined) throw forwardErrors.unsupported({ why });
    this.#model = model;
    const { hiddenSize: d, intermediateSize: m, projectionSize, heads, layers, layerNormEpsilon } = model.config;
    const tokens = tokensOf(model.config);
    const plan = new MemoryPlan();
    const planned: [string, number, number, Block, Block][] = [];
    this.#zeros = plan.take(Math.max(d, m, projectionSize));
    const linear = (name: string, inputs: number, outputs: number): void => {
      const biased = model.parameters.has(`${name}.bias`);
      planned.push([
        name,
        inputs,
        outputs,
        plan.take(paddedDepth(inputs) * outputs),
        biased ? plan.take(outputs) : this.#zeros,
      ]);
    };
    for (let index = 0; index < layers; index += 1) {
      for (const part of PARTS) linear(`${layerName(index)}.self_attn.${part}`, d, d);
      linear(`${layerName(index)}.mlp.fc1`, d, m);
      linear(`${layerName(index)}.mlp.fc2`, m, d);
    }
    linear('visual_projection', d, projectionSize);
    for (const [name, { shape, values }] of model.parameters) {
      if (shape.length === 1 && /norm/.test(name)) this.#vectors.set(name, plan.take(values.length));
    }
    const rows = BATCH * tokens + TILE_ROWS;
    const few = BATCH + TILE_ROWS;
    this.#space = {
      x: plan.take(rows * d),
      normal: plan.take(rows * d),
      q: plan.take(rows * d),
      k: plan.take(rows * d),
      v: plan.take(rows * d),
      mixed: plan.take(Math.max(rows, few * heads) * d),
      hidden: plan.take(rows * m),
      last: plan.take(few * Math.max(d * heads, projectionSize)),
      picked: plan.take(few * d),
    };
    this.#keys = plan.take((d / heads) * paddedTokens(tokens));
    this.#shares = plan.take(tokens * paddedTokens(tokens));
    this.#lastKeys = plan.take(d * d);
    const widest = Math.max(d, m, projectionSize);
    this.#fold = {
      left: plan.take((widest + TILE_ROWS) * FOLDED_RANKS),
      right: plan.take(widest * FOLDED_RANKS),
      sum: plan.take((widest + TILE_ROWS) * Math.max(d, projectionSize) + TILE_ROWS * m),
    };
    this.#kernels = createTowerKernels({
      tokens,
      head: d / heads,
      width: d,
      epsilon: layerNormEpsilon,
      bytes: plan.bytes,
    });
    this.#memory = new Float32Array(this.#kernels.buffer);
    for (const [name, at] of this.#vectors) this.#view(at).set(model.parameters.get(name)!.values);
    for (const [name, inputs, outputs, panels, bias] of planned) {
      const base = transposed(model.parameters.get(`${name}.weight`)!.values, inputs, outputs);
      const layer = { inputs, outputs, base, panels, bias };
      if (bias !== this.#zeros) this.#view(bias).set(model.parameters.get(`${name}.bias`)!.values);
      this.#layers.set(name, layer);
      this.#pack(name, layer, base);
    }
  }

  /** Images as every model of this base sees them first. Bytes it holds: `byteLength`. */
  async prepare(images: ImageBatch, options: { readonly signal?: AbortSignal } = {}): Promise<PreparedImages> {
    const { config, preprocessing } = this.#model;
    const tokens = tokensOf(config);
    const perImage = tokens * config.hiddenSize;
    const perAttention = config.heads * tokens * paddedTokens(tokens);
    const prepared: PreparedImages = {
      count: images.count,
      byteLength: images.count * (perImage + perAttention) * 4,
      tokens: new Float32Array(images.count * perImage),
      attention: new Float32Array(images.count * perAttention),
    };
    this.use(undefined);
    for (let begin = 0; begin < images.count; begin += BATCH) {
      if (begin % (BATCH * BREATH) === 0) await setImmediate();
      options.signal?.throwIfAborted();
      const count = Math.min(BATCH, images.count - begin);
      const indices = Uint32Array.from({ length: count }, (_, i) => begin + i);
      const patches = extractPatches(config, images, preprocessing, indices);
      prepared.tokens.set(firstTokens(this.#model, patches, count), begin * perImage);
      this.#memory.set(prepared.tokens.subarray(begin * perImage, (begin + count) * perImage), this.#space.x.at / 4);
      this.#attentionOf(
        0,
        count * tokens,
        (image, head, shares) => {
          const at = ((begin + image) * config.heads + head) * tokens * paddedTokens(tokens);
          prepared.attention.set(this.#view(shares), at);
        },
        count,
      );
    }
    return prepared;
  }

  /** Brings W + scale·B·A of each updated layer in place of W, and the base's own back elsewhere. */
  use(updates: LowRankUpdates | undefined): void {
    for (const name of this.#updated) {
      if (updates?.has(name) !== true) this.#pack(name, this.#layers.get(name)!, this.#layers.get(name)!.base);
    }
    for (const [name, { a, b, rank, scale }] of updates ?? []) {
      const layer = this.#layers.get(name);
      if (layer === undefined)
        throw forwardErrors.mismatched({ module: name, got: 'no such linear layer', expected: 'a layer of the tower' });
      const { inputs, outputs } = layer;
      if (a.length !== rank * inputs || b.length !== outputs * rank) {
        throw forwardErrors.mismatched({
          module: name,
          got: `A of ${a.length} and B of ${b.length} entries at rank ${rank}`,
          expected: `A [${rank}, ${inputs}] and B [${outputs}, ${rank}]`,
        });
      }
      this.#pack(name, layer, this.#folded(layer, a, b, rank, scale));
    }
    this.#updated = new Set(updates?.keys());
  }

  /** `image_embeds` of every image by the updates in use, `[count, projection]`, not normalized. */
  async embed(images: PreparedImages, options: { readonly signal?: AbortSignal } = {}): Promise<Float32Array> {
    const { projectionSize, hiddenSize } = this.#model.config;
    const tokens = tokensOf(this.#model.config);
    const out = new Float32Array(images.count * projectionSize);
    const perImage = tokens * hiddenSize;
    for (let begin = 0, batch = 0; begin < images.count; begin += BATCH, batch += 1) {
      if (batch % BREATH === 0) await setImmediate();
      options.signal?.throwIfAborted();
      const count = Math.min(BATCH, images.count - begin);
      this.#memory.set(images.tokens.subarray(begin * perImage, (begin + count) * perImage), this.#space.x.at / 4);
      out.set(this.#forward(images, begin, count), begin * projectionSize);
    }
    return out;
  }

  #forward(images: PreparedImages, begin: number, count: number): Float32Array {
    const { layers, heads, projectionSize } = this.#model.config;
    const { x, picked, normal, last } = this.#space;
    const tokens = tokensOf(this.#model.config);
    const rows = count * tokens;
    const perHead = tokens * paddedTokens(tokens);
    const first = [`${layerName(0)}.self_attn.q_proj`, `${layerName(0)}.self_attn.k_proj`];
    const known = first.every((name) => !this.#updated.has(name));
    for (let index = 0; index < layers - 1; index += 1) {
      const name = layerName(index);
      if (index === 0 && known) {
        this.#norm(`${name}.layer_norm1`, x, normal, rows);
        this.#linear(`${name}.self_attn.v_proj`, normal, this.#space.v, rows);
        for (let at = 0; at < count * heads; at += 1) {
          const from = (begin * heads + at) * perHead;
          this.#memory.set(images.attention.subarray(from, from + perHead), this.#shares.at / 4);
          this.#mix(Math.floor(at / heads), at % heads);
        }
      } else {
        this.#attentionOf(index, rows, (image, head) => this.#mix(image, head), count, true);
      }
      this.#linear(`${name}.self_attn.out_proj`, this.#space.mixed, x, rows, 'productAdd');
      this.#norm(`${name}.layer_norm2`, x, normal, rows);
      this.#linear(`${name}.mlp.fc1`, normal, this.#space.hidden, rows, 'productGelu');
      this.#linear(`${name}.mlp.fc2`, this.#space.hidden, x, rows, 'productAdd');
    }
    this.#lastLayer(count);
    this.#norm('vision_model.post_layernorm', picked, normal, count);
    this.#linear('visual_projection', normal, last, count);
    const start = last.at / 4;
    return this.#memory.subarray(start, start + count * projectionSize);
  }

  /** Probabilities of every head of every image, one after the other in `#shares`; values beside them where they are asked for. */
  #attentionOf(
    index: number,
    rows: number,
    use: (image: number, head: number, shares: Block) => void,
    count: number,
    values = false,
  ): void {
    const { heads, hiddenSize: d } = this.#model.config;
    const { x, normal, q, k, v } = this.#space;
    const { transposeKeys, scores, softmax } = this.#kernels;
    const name = `${layerName(index)}.self_attn`;
    const tokens = rows / count;
    const [step, head] = [d * 4, (d / heads) * 4];
    this.#norm(`${layerName(index)}.layer_norm1`, x, normal, rows);
    this.#linear(`${name}.q_proj`, normal, q, rows);
    this.#linear(`${name}.k_proj`, normal, k, rows);
    if (values) this.#linear(`${name}.v_proj`, normal, v, rows);
    for (let image = 0; image < count; image += 1) {
      for (let h = 0; h < heads; h += 1) {
        const at = image * tokens * step + h * head;
        transposeKeys(k.at + at, k.at + at + tokens * step, step, this.#keys.at);
        scores(q.at + at, q.at + at + tokens * step, step, this.#keys.at, this.#shares.at);
        softmax(this.#shares.at, this.#shares.at + tokens * paddedTokens(tokens) * 4);
        use(image, h, this.#shares);
      }
    }
  }

  #mix(image: number, head: number): void {
    const { heads, hiddenSize: d } = this.#model.config;
    const tokens = tokensOf(this.#model.config);
    const at = image * tokens * d * 4 + head * (d / heads) * 4;
    const end = this.#shares.at + tokens * paddedTokens(tokens) * 4;
    this.#kernels.mix(this.#shares.at, end, this.#space.v.at + at, d * 4, this.#space.mixed.at + at, d * 4);
  }

  /** For the class tokens alone, into `picked`. */
  #lastLayer(count: number): void {
    const { layers, heads, hiddenSize: d } = this.#model.config;
    const { x, normal, q, v, mixed, hidden, last, picked } = this.#space;
    const { dots, softmax, mix } = this.#kernels;
    const tokens = tokensOf(this.#model.config);
    const name = layerName(layers - 1);
    const [row, head] = [d * 4, (d / heads) * 4];
    const keys = paddedTokens(tokens) * 4;
    this.#norm(`${name}.layer_norm1`, x, normal, count * tokens);
    const rowsOf = (from: Block, to: Block): void => {
      for (let image = 0; image < count; image += 1) {
        const at = from.at / 4 + image * tokens * d;
        this.#memory.copyWithin(to.at / 4 + image * d, at, at + d);
      }
    };
    rowsOf(normal, picked);
    this.#linear(`${name}.self_attn.q_proj`, picked, q, count);
    // W_kᵀ q, head by head, `[count, heads, width]`; the bias of the keys is the same in every score of a row.
    for (let h = 0; h < heads; h += 1) {
      const panels = this.#lastKeys.at + h * head * d;
      const to = last.at + h * row;
      this.#product(
        'productStore',
        { at: q.at + h * head, step: row, rows: count, depth: d / heads },
        { panels, columns: d, bias: this.#zeros.at },
        { at: to, step: heads * row },
      );
    }
    rowsOf(x, picked);
    for (let image = 0; image < count; image += 1) {
      const from = normal.at + image * tokens * row;
      for (let h = 0; h < heads; h += 1) {
        const at = (image * heads + h) * row;
        dots(last.at + at, from, from + tokens * row, this.#shares.at);
        softmax(this.#shares.at, this.#shares.at + keys);
        for (let part = 0; part < heads; part += 1) {
          const offset = part * head;
          mix(this.#shares.at, this.#shares.at + keys, from + offset, row, mixed.at + at + offset, row);
        }
      }
    }
    const values = this.#layers.get(`${name}.self_attn.v_proj`)!;
    for (let h = 0; h < heads; h += 1) {
      const panels = values.panels.at + h * head * d;
      this.#product(
        'productStore',
        { at: mixed.at + h * row, step: heads * row, rows: count, depth: d },
        { panels, columns: d / heads, bias: values.bias.at + h * head },
        { at: v.at + h * head, step: row },
      );
    }
    this.#linear(`${name}.self_attn.out_proj`, v, picked, count, 'productAdd');
    this.#norm(`${name}.layer_norm2`, picked, normal, count);
    this.#linear(`${name}.mlp.fc1`, normal, hidden, count, 'productGelu');
    this.#linear(`${name}.mlp.fc2`, hidden, picked, count, 'productAdd');
  }

  #norm(name: string, from: Block, to: Block, rows: number): void {
    const end = from.at + rows * this.#model.config.hiddenSize * 4;
    this.#kernels.layerNorm(
      from.at,
      end,
      to.at,
      this.#vectors.get(`${name}.weight`)!.at,
      this.#vectors.get(`${name}.bias`)!.at,
    );
  }

  #linear(name: string, from: Block, to: Block, rows: number, kernel: ProductName = 'productStore'): void {
    const { inputs, outputs, panels, bias } = this.#layers.get(name)!;
    this.#product(
      kernel,
      { at: from.at, step: inputs * 4, rows, depth: inputs },
      { panels: panels.at, columns: outputs, bias: bias.at },
      { at: to.at, step: outputs * 4 },
    );
  }

  #product(
    kernel: ProductName,
    a: { readonly at: number; readonly step: number; readonly rows: number; readonly depth: number },
    b: { readonly panels: number; readonly columns: number; readonly bias: number },
    c: { readonly at: number; readonly step: number },
  ): void {
    const depth = paddedDepth(a.depth);
    const piece = TILE_ROWS * Math.max(1, Math.floor(CACHED_NUMBERS / depth / TILE_ROWS));
    const end = b.panels + depth * b.columns * 4;
    for (let row = 0; row < a.rows; row += piece) {
      const last = Math.min(a.rows, row + piece);
      this.#kernels[kernel](
        a.at + row * a.step,
        a.at + last * a.step,
        b.panels,
        end,
        c.at + row * c.step,
        b.bias,
        depth * 4,
        a.step,
        c.step,
      );
    }
  }

  /** W + scale·B·A, transposed, `[in, out]`. */
  #folded(
    { inputs, outputs, base }: Layer,
    a: Float32Array,
    b: Float32Array,
    rank: number,
    scale: number,
  ): Float32Array {
    const { left, right, sum } = this.#fold;
    const total = this.#view(sum);
    total.set(base);
    for (let begin = 0; begin < rank; begin += FOLDED_RANKS) {
      const ranks = Math.min(FOLDED_RANKS, rank - begin);
      const depth = paddedDepth(ranks);
      const rows = this.#view(left);
      const factors = new Float32Array(ranks * outputs);
      rows.fill(0, 0, inputs * depth);
      for (let r = 0; r < ranks; r += 1) {
        for (let i = 0; i < inputs; i += 1) rows[i * depth + r] = a[(begin + r) * inputs + i]!;
        for (let o = 0; o < outputs; o += 1) factors[r * outputs + o] = b[o * rank + begin + r]! * scale;
      }
      packPanels(factors, this.#view(right), { depth: ranks, columns: outputs });
      this.#product(
        'productAdd',
        { at: left.at, step: depth * 4, rows: inputs, depth },
        { panels: right.at, columns: outputs, bias: this.#zeros.at },
        { at: sum.at, step: outputs * 4 },
      );
    }
    return total.subarray(0, inputs * outputs);
  }

  #pack(name: string, { inputs, outputs, panels }: Layer, matrix: Float32Array): void {
    packPanels(matrix, this.#view(panels), { depth: inputs, columns: outputs });
    const { layers, heads } = this.#model.config;
    if (name !== `${layerName(layers - 1)}.self_attn.k_proj`) return;
    const head = outputs / heads;
    const rows = transposed(matrix, outputs, inputs);
    for (let h = 0; h < heads; h += 1) {
      const at = this.#lastKeys.at + h * head * inputs * 4;
      packPanels(rows, this.#view({ at, length: head * inputs }), {
        depth: head,
        columns: inputs,
        at: h * head * inputs,
      });
    }
  }

  #view({ at, length }: Block): Float32Array {
    return this.#memory.subarray(at / 4, at / 4 + length);
  }
}

type ProductName = 'productStore' | 'productGelu' | 'productAdd';

const layerName = (index: number): string => `vision_model.encoder.layers.${index}`;

/** `[rows, columns]` of a matrix that is stored as `[columns, rows]`. */
function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let column = 0; column < columns; column += 1) {
    for (let row = 0; row < rows; row += 1) out[row * columns + column] = values[column * rows + row]!;
  }
  return out;
}
