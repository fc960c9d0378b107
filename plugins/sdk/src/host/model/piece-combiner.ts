import { floatBytes } from '@crucible/engine/checkpoints';
import { Bf16Lane, FloatStreams, LANE_STREAMS } from '@crucible/engine/kernels';
import { modelErrors } from './model-errors.js';
import type { Combined, CombineTask, StoredNumbers } from './model-task.js';
import { StoredReader } from './stored-reader.js';

/** Numbers that a lane has room for: the pieces of a run. */
const LANE = 1 << 20;

/** Σ factor·stream of stored numbers, rounded to a task's dtype. Knows nothing of strategies: a thread of it starts at once. */
export class PieceCombiner {
  readonly streams = new FloatStreams();
  readonly reader = new StoredReader();
  readonly #lanes: Bf16Lane[] = [];

  async combine(task: CombineTask): Promise<Combined> {
    const { count, dtype, norms } = task;
    const size = count * floatBytes(dtype);
    const { buffer = new ArrayBuffer(0) } = task;
    const bytes = buffer.byteLength < size ? new Uint8Array(size) : new Uint8Array(buffer, 0, size);
    const used = task.streams.flatMap((from, i) => (task.factors[i] === 0 ? [] : [{ from, factor: task.factors[i]! }]));
    const direct =
      !norms &&
      used.length > 0 &&
      used.length <= LANE_STREAMS &&
      [dtype, ...used.map(({ from }) => from.dtype)].every((each) => each === 'BF16');
    return direct ? this.#combineDirectly(task, used, bytes) : this.#combineStreams(task, bytes);
  }

  /** Reads into the kernels' own memory and sums there. */
  async #combineDirectly(
    { tensor, count, dtype }: CombineTask,
    used: readonly { readonly from: StoredNumbers; readonly factor: number }[],
    bytes: Uint8Array<ArrayBuffer>,
  ): Promise<Combined> {
    const at = this.#lanes.findIndex(({ streams, capacity }) => streams === used.length && capacity >= count);
    const [lane] = at < 0 ? [new Bf16Lane(used.length, Math.max(count, LANE))] : this.#lanes.splice(at, 1);
    await Promise.all(used.map(({ from }, stream) => this.reader.readInto(from, 0, lane!.input(stream, count))));
    const factors = used.map(({ factor }) => factor);
    if (!lane!.combine(factors, bytes)) throw modelErrors.notFinite({ tensor, dtype });
    this.#lanes.push(lane!);
    return { bytes };
  }

  async #combineStreams(
    { tensor, count, dtype, norms, streams: stored, factors: all }: CombineTask,
    bytes: Uint8Array<ArrayBuffer>,
  ): Promise<Combined> {
    const needed = stored.map((_, i) => norms || all[i] !== 0);
    const streams = await Promise.all(
      stored.map((from, i) => (needed[i] ? this.reader.read(from, 0, count) : Promise.resolve(undefined))),
    );
    const read = streams.filter((stream) => stream !== undefined);
    const factors = all.filter((_, i) => needed[i]);
    if (!this.streams.combine(read, factors, dtype, bytes)) throw modelErrors.notFinite({ tensor, dtype });
    const [base, ...models] = read;
    const squares = norms && {
      models: models.map((model) => this.streams.squaredDistance(model, base!)),
      output: this.streams.squaredDistance({ bytes, dtype }, base!),
    };
    this.reader.release(...read);
    return { bytes, ...(squares && { squares }) };
  }

  close(): Promise<void> {
    return this.reader.close();
  }
}
