import { createFloatKernels, padded, type FloatKernels } from './wasm/float-kernels.js';

/** Streams that one lane takes. */
export const LANE_STREAMS = 4;

/**
 * Room for one piece of several BF16 streams in the kernels' own memory: what is read from disk straight into `input` is summed where it lies. Bit for bit what
 * `FloatStreams.combine` gives, without its copies.
 */
export class Bf16Lane {
  readonly #kernels: FloatKernels;
  readonly #stride: number;

  /** @param streams 1 to 4. @param capacity Numbers of each stream. */
  constructor(
    readonly streams: number,
    readonly capacity: number,
  ) {
    this.#stride = 2 * padded(capacity);
    this.#kernels = createFloatKernels((streams + 1) * this.#stride);
  }

  /** Where `count` numbers of a stream are put before `combine`. */
  input(stream: number, count: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#kernels.buffer, (stream + 1) * this.#stride, 2 * count);
  }

  /** out = Σ factor·x in float64 in the order of the streams, rounded to float32 and BF16. Returns whether all results are finite. */
  combine(factors: readonly number[], out: Uint8Array): boolean {
    const { buffer, combine } = this.#kernels;
    const end = 2 * padded(out.length / 2);
    const pointers = factors.map((_, stream) => (stream + 1) * this.#stride);
    for (const pointer of pointers) new Uint8Array(buffer, pointer + out.length, end - out.length).fill(0);
    const finite = combine[this.streams - 1]!(0, end, ...pointers, ...factors) === 0;
    out.set(new Uint8Array(buffer, 0, out.length));
    return finite;
  }
}
