import { floatBytes, type Checkpoint, type CheckpointWriter } from '@crucible/engine/checkpoints';
import { OrderedWindow } from '../fusion/ordered-window.js';
import type { ModelPool } from './model-protocol.js';
import type { FusedTensor } from './model-run.js';
import type { CombineTask, FusedPart, Squares, StoredNumbers, TensorPart } from './model-task.js';
import { skip, storedNumbers, type TensorPlan } from './plan-parts.js';
import { PIECE } from './trimmed-merger.js';

/** Bytes of a copied tensor that are read at a time. */
const CHUNK = 8 << 20;

export interface TensorWriterOptions {
  readonly pool: ModelPool;
  readonly writer: CheckpointWriter;
  readonly base: Checkpoint;
  /** How many models are fused. */
  readonly models: number;
  /** Whether task vectors and results are measured. */
  readonly norms: boolean;
  /** Told of how many numbers were written. */
  readonly onNumbers: (count: number) => void;
}

/** Writes tensors of the output one after the other, from their fused parts, from the stored numbers, or as the base has them; in bounded memory. */
export class TensorWriter {
  readonly #options: TensorWriterOptions;
  /** Memory of pieces that are written. */
  readonly #spare: ArrayBuffer[] = [];

  constructor(options: TensorWriterOptions) {
    this.#options = options;
  }

  /** @param take The tensor's parts, one after the other. */
  async write(plan: TensorPlan, take: () => Promise<FusedPart>): Promise<FusedTensor> {
    const { writer, base, models, norms, onNumbers } = this.#options;
    const { compared, dtype, parts, rest } = plan;
    const { name, base: info, treatment } = compared;
    const described = { name, dtype, shape: info.shape };
    if (treatment === 'COPY' || parts.length === 0) {
      await this.#copy(plan);
      return { ...described, treatment: 'COPIED' };
    }
    const size = floatBytes(dtype);
    const total: { models: number[]; output: number } = { models: Array.from({ length: models }, () => 0), output: 0 };
    let coefficients: readonly number[] | undefined;
    let at = 0;
    for (const part of parts) {
      const fused = await take();
      const count = part.rows * part.columns;
      if (fused.kind === 'bytes') {
        await writer.write(name, at * size, fused.bytes);
        add(total, fused.squares);
        onNumbers(count);
      } else {
        coefficients = fused.coefficients;
        await this.#combine({ tensor: name, at, count, ...termsOf(part, coefficients), dtype, total });
      }
      at += count;
    }
    if (rest > 0) {
      const streams = [skip(storedNumbers(base, compared.tiedTo ?? name), at)];
      await this.#combine({
        tensor: name,
        at,
        count: rest,
        streams,
        factors: [1],
        dtype,
        total: undefined,
      });
    }
    return {
      ...described,
      treatment: treatment === 'TIED' ? 'TIED' : coefficients ? 'COMBINED' : 'MERGED',
      ...(coefficients && { coefficients }),
      ...(parts.length > 1 && { blocks: parts.length }),
      ...(norms && { norms: { models: total.models.map(Math.sqrt), output: Math.sqrt(total.output) } }),
    };
  }

  /** Pieces are computed a little ahead and written in their order, so that the file is hashed on the way. */
  async #combine(
    work: Omit<CombineTask, 'norms'> & {
      readonly at: number;
      readonly total: { models: number[]; output: number } | undefined;
    },
  ): Promise<void> {
    const { pool, writer, onNumbers } = this.#options;
    const { tensor, at, count, streams, factors, dtype, total } = work;
    const norms = total !== undefined && this.#options.norms;
    const size = floatBytes(dtype);
    const pieces = new OrderedWindow(Math.ceil(count / PIECE), 2 * pool.width + 2, (index) => {
      const begin = index * PIECE;
      const task = { tensor, streams: streams.map((stream) => skip(stream, begin)), factors, dtype, norms };
      const buffer = this.#spare.pop();
      return pool.combine({ ...task, count: Math.min(PIECE, count - begin), ...(buffer && { buffer }) });
    });
    try {
      for (let index = 0; index < pieces.count; index += 1) {
        const { bytes, squares } = await pieces.take(index);
        if (squares) add(total!, squares);
        await writer.write(tensor, (at + index * PIECE) * size, bytes);
        this.#spare.push(bytes.buffer);
        onNumbers(bytes.length / size);
      }
    } finally {
      await pieces.drain();
    }
  }

  async #copy({ compared }: TensorPlan): Promise<void> {
    const { writer, base, onNumbers } = this.#options;
    const { name, base: info } = compared;
    for (let begin = 0; begin < info.byteLength; begin += CHUNK) {
      const end = Math.min(info.byteLength, begin + CHUNK);
      await writer.write(name, begin, await base.source.readRange(name, begin, end));
    }
    onNumbers(info.size);
  }
}

/** θ_0 + Σc·(θ - θ_0) as factors of the stored numbers; a base whose factor is 0 is not read. */
function termsOf(
  part: TensorPart,
  coefficients: readonly number[],
): { streams: readonly StoredNumbers[]; factors: readonly number[] } {
  const sum = coefficients.reduce((total, coefficient) => total + coefficient, 0);
  // An average whose weights are thirds adds up to 1 but for rounding: the base has no part in it.
  const left = Math.abs(1 - sum) < 1e-15 * coefficients.length ? 0 : 1 - sum;
  return { streams: [part.base, ...part.models], factors: [left, ...coefficients] };
}

function add(total: { models: number[]; output: number }, squares: Squares): void {
  squares.models.forEach((square, i) => (total.models[i]! += square));
  total.output += squares.output;
}
