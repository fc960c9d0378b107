import type { Split } from '@crucible/engine/tasks';
import type { TensorFile } from '@crucible/engine/tensors';

/** Labels are U8 or I32. */
export async function readLabels(file: TensorFile, split: Split): Promise<Uint8Array | Int32Array> {
  const name = `${split}.labels`;
  return file.info(name).dtype === 'U8' ? await file.readUint8(name) : await file.readInt32(name);
}
