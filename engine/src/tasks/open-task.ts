import { openSafetensors, type OpenSafetensorsOptions, type TensorFile } from '../tensors/index.js';
import { taskErrors } from './errors.js';
import { taskLimits } from './limits.js';
import { parseTaskManifest } from './task-manifest.js';
import { SPLITS, type Examples, type Split, type TaskFile } from './task.js';

interface ImageShape {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/**
 * Opens a task: its manifest and the shapes of all splits are checked once this returns; examples are read when asked for, and their labels then
 * checked. Whether the splits share images is not looked at: `checkDisjoint` does that, on import.
 */
export async function openTask(path: string, options: OpenSafetensorsOptions = {}): Promise<TaskFile> {
  const tensors = await openSafetensors(path, options);
  try {
    const text = tensors.metadata.get('crucible');
    if (text === undefined) throw taskErrors.manifestMissing({ file: path, key: 'crucible' });
    const manifest = parseTaskManifest(path, text);
    const shapes = readShapes(path, tensors);
    const { height, width, channels } = shapes.test;
    return {
      path,
      digest: await tensors.digest(),
      byteLength: tensors.byteLength,
      manifest,
      counts: { train: shapes.train.count, validation: shapes.validation.count, test: shapes.test.count },
      height,
      width,
      channels,
      async readSplit(split) {
        const examples: Examples = {
          ...shapes[split],
          pixels: await tensors.readUint8(`${split}.images`),
          labels: await tensors.readInt32(`${split}.labels`),
        };
        checkLabels(path, split, examples.labels, manifest.classes.length);
        return examples;
      },
      close: () => tensors.close(),
    };
  } catch (error) {
    await tensors.close();
    throw error;
  }
}

function readShapes(file: string, tensors: TensorFile): Readonly<Record<Split, ImageShape>> {
  const expected = new Set(SPLITS.flatMap((split) => [`${split}.images`, `${split}.labels`]));
  for (const name of tensors.tensors.keys()) {
    if (!expected.has(name))
      throw taskErrors.manifestInvalid({ file, rule: `the tensor ${JSON.stringify(name)} belongs to no split` });
  }
  const read = (split: Split): ImageShape => {
    const images = tensors.info(`${split}.images`);
    const labels = tensors.info(`${split}.labels`);
    const invalid = (rule: string) => taskErrors.splitInvalid({ file, split, rule });
    const [count = 0, height = 0, width = 0, channels = 1] = images.shape;
    if (images.dtype !== 'U8' || images.shape.length < 3 || images.shape.length > 4) {
      throw invalid(`images must be U8 of 3 or 4 dimensions, got ${images.dtype} [${images.shape.join(', ')}]`);
    }
    if (!['U8', 'I32'].includes(labels.dtype) || labels.shape.length !== 1 || labels.shape[0] !== count) {
      throw invalid(`labels must be U8 or I32 [${count}], got ${labels.dtype} [${labels.shape.join(', ')}]`);
    }
    const shape = { count, height, width, channels };
    checkShape(file, split, shape);
    return shape;
  };
  const shapes = { train: read('train'), validation: read('validation'), test: read('test') };
  checkEqualSizes(file, shapes);
  return shapes;
}

export function checkShape(file: string, split: Split, { count, height, width, channels }: ImageShape): void {
  const invalid = (rule: string) => taskErrors.splitInvalid({ file, split, rule });
  for (const side of [height, width]) {
    if (!Number.isSafeInteger(side) || side < 1 || side > taskLimits.side) {
      throw invalid(`images must be 1 to ${taskLimits.side} pixels high and wide, got ${height} × ${width}`);
    }
  }
  if (channels !== 1 && channels !== 3) throw invalid(`images must have 1 or 3 channels, got ${channels}`);
  const least = split === 'train' ? 0 : 1;
  if (!Number.isSafeInteger(count) || count < least || count > taskLimits.examples) {
    throw invalid(`it must have ${least} to ${taskLimits.examples} examples, got ${count}`);
  }
}

export function checkEqualSizes(file: string, shapes: Readonly<Record<Split, ImageShape>>): void {
  const describe = ({ height, width, channels }: ImageShape): string => `${height} × ${width} × ${channels}`;
  for (const split of SPLITS) {
    if (describe(shapes[split]) === describe(shapes.test)) continue;
    const rule = `its images are ${describe(shapes[split])}, those of test are ${describe(shapes.test)}`;
    throw taskErrors.splitInvalid({ file, split, rule });
  }
}

export function checkLabels(file: string, split: Split, labels: Int32Array, classes: number): void {
  const position = labels.findIndex((label) => label < 0 || label >= classes);
  if (position < 0) return;
  throw taskErrors.labelOutOfRange({ file, split, position, got: labels[position]!, classes });
}
