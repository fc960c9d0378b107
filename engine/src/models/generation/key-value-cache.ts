import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../operations/host-kernel.js';
import type { Seen, Source, TokenRun } from './token-run.js';

/**
 * Keys and values of all tokens so far, so that each new token costs one row per layer.
 *
 * Law: a run through the cache sees exactly what the same tokens see in one whole run: keys carry their positions, values do not depend on later tokens.
 * All examples have as many slots; those of padding are hidden by the mask. Its tensors outlive `tf.tidy`, until `dispose`.
 */
export class KeyValueCache {
  readonly #tf: TensorFlow;
  readonly #batch: number;
  readonly #layers: { k: Tensor3D; v: Tensor3D }[] = [];
  /** `[batch, slots]` */
  #mask: Uint8Array;
  #slots = 0;

  constructor(tf: TensorFlow, batch: number) {
    this.#tf = tf;
    this.#batch = batch;
    this.#mask = new Uint8Array(0);
  }

  get slots(): number {
    return this.#slots;
  }

  /** New tokens after all that were run before. `mask` `[batch · tokens]` hides their padding from all that follow. */
  run(tokens: number, ids: Int32Array, positions: Int32Array, mask: Uint8Array): TokenRun<Tensor> {
    const [batch, before] = [this.#batch, this.#slots];
    const keys = before + tokens;
    const seen = new Uint8Array(batch * keys);
    for (let example = 0; example < batch; example += 1) {
      seen.set(this.#mask.subarray(example * before, (example + 1) * before), example * keys);
      seen.set(mask.subarray(example * tokens, (example + 1) * tokens), example * keys + before);
    }
    this.#mask = seen;
    this.#slots = keys;
    return {
      batch,
      tokens,
      ids,
      positions,
      see: (layer, k, v): Seen<Tensor> => {
        const known = this.#layers[layer];
        const next = { k: this.#append(known?.k, k), v: this.#append(known?.v, v) };
        this.#layers[layer] = next;
        const rows = (x: Tensor): Tensor => this.#tf.reshape(x, [batch * keys, x.shape[2]!]);
        return { k: rows(next.k), v: rows(next.v), keys, causal: true, mask: seen };
      },
    };
  }

  /** A cache of its own that goes on from these examples, in this order; an example may be chosen more than once. */
  select(examples: Int32Array): KeyValueCache {
    const tf = this.#tf;
    const chosen = new KeyValueCache(tf, examples.length);
    const slots = this.#slots;
    chosen.#slots = slots;
    chosen.#mask = Uint8Array.from({ length: examples.length * slots }, (_, at) => {
      return this.#mask[examples[Math.floor(at / slots)]! * slots + (at % slots)]!;
    });
    tf.tidy(() => {
      const indices = tf.tensor1d(examples, 'int32');
      for (const [layer, { k, v }] of this.#layers.entries()) {
        chosen.#layers[layer] = { k: tf.keep(tf.gather(k, indices)), v: tf.keep(tf.gather(v, indices)) };
      }
    });
    return chosen;
  }

  dispose(): void {
    for (const { k, v } of this.#layers.splice(0)) {
      k.dispose();
      v.dispose();
    }
    this.#slots = 0;
  }

  #append(known: Tensor3D | undefined, rows: Tensor): Tensor3D {
    const tf = this.#tf;
    const made = tf.reshape(rows, [this.#batch, rows.shape[0]! / this.#batch, rows.shape[1]!]) as Tensor3D;
    if (known === undefined) return tf.keep(made);
    const joined = tf.keep(tf.concat([known, made], 1));
    known.dispose();
    return joined;
  }
}

/** What an encoder gave, with the keys and values that each layer of the decoder makes of it computed once. */
export class SourceCache implements Source<Tensor> {
  readonly encoded: Tensor;
  readonly tokens: number;
  readonly mask: Uint8Array | undefined;
  readonly #tf: TensorFlow;
  readonly #layers: { readonly k: Tensor; readonly v: Tensor }[] = [];

  /** @param encoded taken over: `dispose` frees it */
  constructor(tf: TensorFlow, encoded: Tensor, tokens: number, mask: Uint8Array | undefined) {
    this.#tf = tf;
    this.encoded = encoded;
    this.tokens = tokens;
    this.mask = mask;
  }

  see(
    layer: number,
    compute: () => { readonly k: Tensor; readonly v: Tensor },
  ): {
    readonly k: Tensor;
    readonly v: Tensor;
  } {
    const known = this.#layers[layer];
    if (known !== undefined) return known;
    const { k, v } = compute();
    const made = { k: this.#tf.keep(k), v: this.#tf.keep(v) };
    this.#layers[layer] = made;
    return made;
  }

  dispose(): void {
    for (const { k, v } of this.#layers.splice(0)) {
      k.dispose();
      v.dispose();
    }
    this.encoded.dispose();
  }
}
