import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  isJsonObject,
  openTensorFolder,
  parseStrictJson,
  type OpenSafetensorsOptions,
  type StrictJson,
  type TensorFile,
  type TensorFolder,
} from '../tensors/index.js';
import { checkpointErrors } from './errors.js';
import { checkpointLimits } from './limits.js';
import { compareNaturally } from './natural-order.js';

/** A Hugging Face model folder that is open: headers and config.json are read, tensors when asked for. */
export interface Checkpoint {
  readonly folder: string;
  readonly source: TensorFolder;
  /** Names in natural order (layer 9 before layer 10), which depends on the names alone and not on how the folder is sharded. */
  readonly names: readonly string[];
  /** config.json; absent where the folder has none. */
  readonly config: ReadonlyMap<string, StrictJson> | undefined;
  /** What `tie_word_embeddings` says of the output embedding: that it is the input embedding, that it is not, or nothing. */
  readonly tied: boolean | undefined;
  close(): Promise<void>;
}

/** One stretch of a file that holds a whole tensor. */
export interface TensorLocation {
  readonly path: string;
  /** Of the tensor's first byte in the file. */
  readonly position: number;
  readonly byteLength: number;
}

/** Opens the weights of a folder, one file or shards, and its config.json if there is one. */
export async function openCheckpoint(folder: string, options: OpenSafetensorsOptions = {}): Promise<Checkpoint> {
  const config = await readConfig(folder);
  const source = await openTensorFolder(folder, options);
  return {
    folder,
    source,
    names: [...source.tensors.keys()].sort(compareNaturally),
    config,
    tied: saysTied(config),
    close: () => source.close(),
  };
}

async function readConfig(folder: string): Promise<ReadonlyMap<string, StrictJson> | undefined> {
  const path = join(folder, 'config.json');
  const info = await stat(path).catch(() => undefined);
  if (info === undefined) return undefined;
  if (info.size > checkpointLimits.configBytes) {
    const rule = `it has ${info.size} bytes, at most ${checkpointLimits.configBytes} are read`;
    throw checkpointErrors.configInvalid({ folder, rule });
  }
  const root = parseStrictJson(path, await readFile(path));
  if (isJsonObject(root)) return root;
  throw checkpointErrors.configInvalid({ folder, rule: 'its root must be an object' });
}

/** Models of several parts say it in the part that speaks. */
function saysTied(config: ReadonlyMap<string, StrictJson> | undefined): boolean | undefined {
  if (config === undefined) return undefined;
  const text = config.get('text_config') ?? null;
  const said = config.get('tie_word_embeddings') ?? (isJsonObject(text) ? text.get('tie_word_embeddings') : undefined);
  return typeof said === 'boolean' ? said : undefined;
}

/** Where a tensor lies on disk, for readers with file handles of their own. Tensors tile a file's data, so the data ends where the file does. */
export function locateTensor({ source }: Checkpoint, name: string): TensorLocation {
  const { byteLength, begin } = source.info(name);
  const file = source.files.find(({ tensors }) => tensors.has(name))!;
  return { path: file.path, position: dataStart(file) + begin, byteLength };
}

const starts = new WeakMap<TensorFile, number>();

function dataStart(file: TensorFile): number {
  const known = starts.get(file);
  if (known !== undefined) return known;
  let dataBytes = 0;
  for (const { byteLength } of file.tensors.values()) dataBytes += byteLength;
  starts.set(file, file.byteLength - dataBytes);
  return file.byteLength - dataBytes;
}
