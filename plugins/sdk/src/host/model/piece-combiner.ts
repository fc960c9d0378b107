import { floatBytes } from '@crucible/engine/checkpoints';
import { FloatStreams } from '@crucible/engine/kernels';
import { modelErrors } from './model-errors.js';
import type { Combined, CombineTask } from './model-task.js';
import { StoredReader } from './stored-reader.js';

/** Σ factor·stream of stored numbers, rounded to a task's dtype. Knows nothing of strategies: a thread of it starts at once. */
export class PieceCombiner {
  readonly streams = new FloatStreams();
  readonly reader = new StoredReader();

  async combine(task: CombineTask): Promise<Combined> {
    const { tensor, count, dtype, norms } = task;
    const needed = task.streams.map((_, i) => norms || task.factors[i] !== 0);
    const streams = await Promise.all(
      task.streams.map((from, i) => (needed[i] ? this.reader.read(from, 0, count) : Promise.resolve(undefined))),
    );
    const read = streams.filter((stream) => stream !== undefined);
    const size = count * floatBytes(dtype);
    const { buffer = new ArrayBuffer(0) } = task;
    const bytes = buffer.byteLength < size ? new Uint8Array(size) : new Uint8Array(buffer, 0, size);
    const factors = task.factors.filter((_, i) => needed[i]);
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
