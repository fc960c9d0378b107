import { viewBytes, writeSafetensors, type TensorToWrite } from '../tensors/index.js';
import { checkSplitsDisjoint } from './check-disjoint.js';
import { taskErrors } from './errors.js';
import { checkEqualSizes, checkLabels, checkShape } from './open-task.js';
import { formatTaskManifest } from './task-manifest.js';
import { SPLITS, type Examples, type Split, type TaskManifest } from './task.js';

export interface WrittenTask {
  /** SHA-256 of the file. */
  readonly digest: string;
  readonly byteLength: number;
}

/**
 * Writes a task. Refuses labels that name no class, splits of unequal image sizes, and splits that share an image; a file that `writeTask` wrote
 * passes `openTask` and `checkDisjoint`. The same task gives the same bytes.
 */
export async function writeTask(
  path: string,
  manifest: TaskManifest,
  splits: Readonly<Record<Split, Examples>>,
  options: { readonly signal?: AbortSignal } = {},
): Promise<WrittenTask> {
  const crucible = formatTaskManifest(path, manifest);
  const classes = manifest.classes.length;
  for (const split of SPLITS) checkExamples(path, split, splits[split], classes);
  checkEqualSizes(path, splits);
  checkSplitsDisjoint(path, splits);
  const written = await writeSafetensors(path, {
    metadata: { format: 'pt', crucible },
    tensors: SPLITS.flatMap((split) => toTensors(split, splits[split], classes)),
    ...options,
  });
  return { digest: written.sha256, byteLength: written.byteLength };
}

function checkExamples(file: string, split: Split, examples: Examples, classes: number): void {
  checkShape(file, split, examples);
  const { count, height, width, channels, pixels, labels } = examples;
  const expected = count * height * width * channels;
  const invalid = (rule: string) => taskErrors.splitInvalid({ file, split, rule });
  if (pixels.length !== expected) throw invalid(`its images take ${expected} bytes, got ${pixels.length}`);
  if (labels.length !== count) throw invalid(`it has ${count} images and ${labels.length} labels`);
  checkLabels(file, split, labels, classes);
}

function toTensors(split: Split, examples: Examples, classes: number): readonly TensorToWrite[] {
  const { count, height, width, channels, pixels, labels } = examples;
  const narrow = classes <= 256;
  return [
    {
      name: `${split}.images`,
      dtype: 'U8',
      shape: channels === 1 ? [count, height, width] : [count, height, width, channels],
      read: () => pixels,
    },
    {
      name: `${split}.labels`,
      dtype: narrow ? 'U8' : 'I32',
      shape: [count],
      read: () => viewBytes(narrow ? Uint8Array.from(labels) : labels),
    },
  ];
}
