import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { decodeImage, fitImage, type ImageProcessor, type Pixels } from '../../images/index.js';
import { pickExamples } from '../select-few-shot.js';
import { SPLITS, type Examples, type Split, type TaskManifest } from '../task.js';
import { writeTask } from '../write-task.js';
import { datasetErrors } from './errors.js';
import type { ImportedTask, ImportOptions } from './import-text-task.js';
import { imageTaskLimits } from './limits.js';
import { createLabelReader, readImageBytes } from './read-cell.js';
import { listImageFolder } from './read-image-folder.js';
import { readIdxPair } from './read-idx.js';
import { findClassNames, readTable, type TableFiles } from './read-table.js';
import { resolveSplits, type DuplicateRule, type SplitSources } from './resolve-splits.js';

/** Where images lie. */
export type ImageFiles =
  | ({ readonly kind: 'TABLE' } & TableFiles)
  /** A folder of folders that are named after their classes. */
  | { readonly kind: 'FOLDER'; readonly path: string }
  | { readonly kind: 'IDX'; readonly images: string; readonly labels: string };

/** How an image task is made of files. */
export interface ImageTaskRecipe {
  /** Classes may be left out where a parquet file or the names of folders tell them. */
  readonly manifest: Omit<TaskManifest, 'version'>;
  /** Of tables. */
  readonly imageColumn?: string;
  readonly labelColumn?: string;
  readonly splits: SplitSources<ImageFiles>;
  readonly duplicates: DuplicateRule;
  /** Every image is brought to this size once, as a model of that size would bring it. */
  readonly size: Pick<ImageProcessor, 'resize' | 'filter' | 'crop'>;
  readonly channels: 1 | 3;
}

interface Collected {
  readonly pixels: Uint8Array[];
  readonly labels: number[];
  readonly hashes: string[];
}

/**
 * Makes an image task of tables with images, folders of images or IDX files. The same files and recipe give the same bytes.
 *
 * @throws DATASET_*, IMAGE_*, TASK_*
 */
export async function importImageTask(
  path: string,
  recipe: ImageTaskRecipe,
  { signal, onProgress }: ImportOptions = {},
): Promise<ImportedTask> {
  const { manifest, splits, duplicates, size, channels } = recipe;
  const classes = await classesOf(recipe);
  const collected: Partial<Record<Split, Collected>> = {};
  let shape: Pixels | undefined;
  let rows = 0;
  for (const split of SPLITS) {
    const source = splits[split];
    if (source.kind !== 'FILES') continue;
    const into: Collected = { pixels: [], labels: [], hashes: [] };
    for await (const { name, image, label } of readImages(source.files, recipe, classes, signal)) {
      signal?.throwIfAborted();
      rows += 1;
      const fitted = fitImage(image, size);
      shape ??= fitted;
      if (fitted.height !== shape.height || fitted.width !== shape.width) {
        const reason = `it is ${fitted.height} × ${fitted.width}, the first image is ${shape.height} × ${shape.width}; give a size to bring all to`;
        throw datasetErrors.unreadable({ file: name, format: 'an image of the task', reason });
      }
      const limit = imageTaskLimits.splitBytes;
      const bytes = (into.pixels.length + 1) * fitted.data.length;
      if (bytes > limit)
        throw datasetErrors.tooLarge({ file: name, what: `bytes in split ${split}`, got: bytes, limit });
      into.pixels.push(fitted.data);
      into.labels.push(label);
      into.hashes.push(createHash('sha256').update(fitted.data).digest('base64'));
      if (rows % PROGRESS_IMAGES === 0) onProgress?.(rows);
    }
    collected[split] = into;
  }
  onProgress?.(rows);
  const hashes = Object.fromEntries(Object.entries(collected).map(([split, each]) => [split, each.hashes]));
  const { positions, dropped } = resolveSplits(splits, hashes, duplicates);
  const { height, width } = shape ?? { height: 1, width: 1 };
  const pick = (split: Split): Examples => {
    const { from, at } = positions[split];
    return pickExamples(
      join(collected[from] ?? { pixels: [], labels: [], hashes: [] }, { height, width, channels }),
      at,
    );
  };
  const written = await writeTask(
    path,
    { ...manifest, version: 1, classes },
    { train: pick('train'), validation: pick('validation'), test: pick('test') },
    signal && { signal },
  );
  return { ...written, dropped };
}

const PROGRESS_IMAGES = 100;

interface NamedImage {
  readonly name: string;
  readonly image: Pixels;
  readonly label: number;
}

async function* readImages(
  files: ImageFiles,
  { imageColumn = 'image', labelColumn = 'label', channels }: ImageTaskRecipe,
  classes: readonly string[],
  signal: AbortSignal | undefined,
): AsyncGenerator<NamedImage> {
  if (files.kind === 'TABLE') {
    const readLabel = createLabelReader(classes);
    for await (const row of readTable(files, [imageColumn, labelColumn], { signal })) {
      const name = `${row.file}: row ${row.row}`;
      const image = await decodeImage(name, readImageBytes(row, imageColumn), channels);
      yield { name, image, label: readLabel(row, labelColumn) };
    }
  } else if (files.kind === 'FOLDER') {
    for (const { path, className } of await listImageFolder(files.path)) {
      const label = classes.indexOf(className);
      if (label < 0) {
        const reason = `its folder "${className}" is none of the classes ${classes.slice(0, 5).join(', ')}`;
        throw datasetErrors.unreadable({ file: path, format: 'an image of the task', reason });
      }
      yield { name: path, image: await decodeImage(path, await readFile(path), channels), label };
    }
  } else yield* readIdxImages(files, channels);
}

async function* readIdxImages(
  { images: file, labels: labelsFile }: Extract<ImageFiles, { kind: 'IDX' }>,
  channels: 1 | 3,
): AsyncGenerator<NamedImage> {
  const { count, height, width, channels: stored, pixels, labels } = await readIdxPair(file, labelsFile);
  const area = height * width;
  if (stored !== channels && stored !== 1) {
    const reason = `its images have ${stored} channels, the task has ${channels}`;
    throw datasetErrors.unreadable({ file, format: 'IDX', reason });
  }
  for (let i = 0; i < count; i += 1) {
    const own = pixels.subarray(i * area * stored, (i + 1) * area * stored);
    const data =
      stored === channels
        ? own
        : Uint8Array.from({ length: area * channels }, (_, at) => own[Math.floor(at / channels)]!);
    yield { name: `${file}: image ${i + 1}`, image: { height, width, channels, data }, label: labels[i]! };
  }
}

/** Classes as declared; else as a parquet file names them, or as the folders of the first split that has some are named. */
async function classesOf({ manifest, labelColumn = 'label', splits }: ImageTaskRecipe): Promise<readonly string[]> {
  if (manifest.classes.length > 0) return manifest.classes;
  for (const split of SPLITS) {
    const source = splits[split];
    if (source.kind !== 'FILES') continue;
    const { files } = source;
    if (files.kind === 'TABLE') {
      const found = await findClassNames(files, labelColumn);
      if (found !== undefined) return found;
    }
    if (files.kind === 'FOLDER') {
      return [...new Set((await listImageFolder(files.path)).map(({ className }) => className))];
    }
  }
  return manifest.classes;
}

function join(
  { pixels, labels }: Collected,
  { height, width, channels }: { readonly height: number; readonly width: number; readonly channels: 1 | 3 },
): Examples {
  const each = height * width * channels;
  const all = new Uint8Array(pixels.length * each);
  pixels.forEach((image, i) => all.set(image, i * each));
  return { count: pixels.length, height, width, channels, pixels: all, labels: Int32Array.from(labels) };
}
