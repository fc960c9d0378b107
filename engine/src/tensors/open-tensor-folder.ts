import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { tensorErrors } from './errors.js';
import { tensorLimits } from './limits.js';
import { openSafetensors, type OpenSafetensorsOptions, type TensorFile } from './open-safetensors.js';
import type { TensorInfo } from './parse-header.js';
import { parseStrictJson } from './parse-strict-json.js';
import type { TensorSource } from './tensor-source.js';

/** The weights of a Hugging Face model folder: one file, or shards that together hold every tensor once. */
export interface TensorFolder extends TensorSource {
  readonly files: readonly TensorFile[];
}

export interface OpenTensorFolderOptions extends OpenSafetensorsOptions {
  /** Name of the files without their ending: `model`, or `adapter_model` for PEFT's. */
  readonly stem?: string;
}

/**
 * Opens `model.safetensors`, or else the shards that `model.safetensors.index.json` names. The index is not trusted: it may only name
 * plain files of its own folder, and it must list exactly the tensors that the shards hold.
 */
export async function openTensorFolder(path: string, options: OpenTensorFolderOptions = {}): Promise<TensorFolder> {
  const single = `${options.stem ?? 'model'}.safetensors`;
  if (await isThere(join(path, single))) {
    await checkInside(path, single, join(path, single));
    const file = await openSafetensors(join(path, single), options);
    return joinFiles(path, [file], new Map([...file.tensors.keys()].map((name) => [name, file])));
  }
  const indexPath = join(path, `${single}.index.json`);
  if (!(await isThere(indexPath))) throw tensorErrors.folderEmpty({ file: path });
  const weightMap = await readIndex(indexPath);
  const files = new Map<string, TensorFile>();
  try {
    for (const shard of new Set(weightMap.values())) {
      files.set(shard, await openShard(path, indexPath, shard, options));
    }
    checkAgreement(indexPath, weightMap, files);
  } catch (error) {
    await Promise.all([...files.values()].map((file) => file.close()));
    throw error;
  }
  const owners = new Map([...weightMap].map(([tensor, shard]) => [tensor, files.get(shard)!]));
  return joinFiles(path, [...files.values()], owners);
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function readIndex(file: string): Promise<ReadonlyMap<string, string>> {
  const { size } = await stat(file);
  const limit = tensorLimits.indexBytes;
  if (size > limit) throw tensorErrors.jsonTooLong({ file, got: size, limit });
  const root = parseStrictJson(file, await readFile(file));
  const invalid = (rule: string) => tensorErrors.indexInvalid({ file, rule });
  if (!(root instanceof Map)) throw invalid('the root of an index must be an object');
  const entries: unknown = root.get('weight_map');
  if (!(entries instanceof Map)) throw invalid('an index must have an object weight_map');
  const weightMap = new Map<string, string>();
  for (const [tensor, shard] of entries as ReadonlyMap<string, unknown>) {
    if (typeof shard !== 'string') throw invalid(`the file of tensor ${JSON.stringify(tensor)} must be a string`);
    // Names are plain: a separator of any system, a drive, a dot name or a NUL could lead out of the folder.
    if (!/^[^/\\:\0]+$/.test(shard) || shard === '.' || shard === '..') throw tensorErrors.shardPath({ file, shard });
    weightMap.set(tensor, shard);
  }
  const shards = new Set(weightMap.values()).size;
  if (shards > tensorLimits.shards) throw invalid(`an index names at most ${tensorLimits.shards} files, got ${shards}`);
  return weightMap;
}

async function openShard(
  folder: string,
  indexPath: string,
  shard: string,
  options: OpenSafetensorsOptions,
): Promise<TensorFile> {
  const path = join(folder, shard);
  if (!(await isThere(path))) throw tensorErrors.shardMissing({ file: indexPath, shard });
  await checkInside(folder, shard, indexPath);
  return openSafetensors(path, options);
}

/** A link inside the folder could point to any file of the machine. */
async function checkInside(folder: string, name: string, file: string): Promise<void> {
  const real = await realpath(join(folder, name));
  if (dirname(real) !== (await realpath(folder))) throw tensorErrors.shardPath({ file, shard: name });
  // Opening a pipe would wait for ever.
  if (!(await stat(real)).isFile()) {
    throw tensorErrors.unreadable({ file: join(folder, name), reason: 'it is not a regular file' });
  }
}

function checkAgreement(
  file: string,
  weightMap: ReadonlyMap<string, string>,
  files: ReadonlyMap<string, TensorFile>,
): void {
  for (const [tensor, shard] of weightMap) {
    if (!files.get(shard)!.tensors.has(tensor)) throw tensorErrors.shardTensorMissing({ file, tensor, shard });
  }
  for (const [shard, { tensors }] of files) {
    for (const tensor of tensors.keys()) {
      if (weightMap.get(tensor) !== shard) throw tensorErrors.shardTensorUnlisted({ file, tensor, shard });
    }
  }
}

function joinFiles(path: string, files: readonly TensorFile[], owners: ReadonlyMap<string, TensorFile>): TensorFolder {
  const ownerOf = (name: string): TensorFile => {
    const owner = owners.get(name);
    if (owner === undefined) throw tensorErrors.notFound({ file: path, tensor: name });
    return owner;
  };
  const tensors = new Map<string, TensorInfo>([...owners].map(([name, file]) => [name, file.info(name)]));
  return {
    path,
    files,
    tensors,
    info: (name) => ownerOf(name).info(name),
    read: async (name) => ownerOf(name).read(name),
    readRange: async (name, begin, end) => ownerOf(name).readRange(name, begin, end),
    readFloat32: async (name) => ownerOf(name).readFloat32(name),
    readUint8: async (name) => ownerOf(name).readUint8(name),
    readInt32: async (name) => ownerOf(name).readInt32(name),
    close: async () => {
      await Promise.all(files.map((file) => file.close()));
    },
  };
}
