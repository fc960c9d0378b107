import { openSafetensorsWriter, type WriterOptions, type WrittenFile } from './safetensors-writer.js';
import type { TensorSpec } from './plan-layout.js';

/** A tensor whose bytes are made when the writer gets to it. */
export interface TensorToWrite extends TensorSpec {
  /** Called once. Little-endian, in C order. */
  readonly read: () => Promise<Uint8Array> | Uint8Array;
}

export interface WriteSafetensorsInput extends WriterOptions {
  readonly tensors: readonly TensorToWrite[];
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Writes a safetensors file, one tensor in memory at a time. The same tensors and metadata give the same bytes, in whatever order they
 * are listed; the path holds the whole new file or what it held before, and a failure or abort leaves no temporary file.
 */
export async function writeSafetensors(path: string, input: WriteSafetensorsInput): Promise<WrittenFile> {
  const writer = await openSafetensorsWriter(
    path,
    input.tensors.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
    input,
  );
  try {
    const sources = new Map(input.tensors.map((tensor) => [tensor.name, tensor]));
    let done = 0;
    for (const { name } of writer.order) {
      await writer.write(name, await sources.get(name)!.read());
      done += 1;
      input.onProgress?.(done, writer.order.length);
    }
    return await writer.finish();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}
