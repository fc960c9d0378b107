import { createHash, randomUUID, type Hash } from 'node:crypto';
import { copyFile, mkdir, open, rename, rm, stat, writeFile, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isCrucibleError } from '../errors/index.js';
import { tensorErrors } from '../tensors/index.js';
import type { PlannedTensor, TensorSpec } from '../tensors/plan-layout.js';
import { checkpointErrors } from './errors.js';
import { planShards, type PlannedShard } from './plan-shards.js';

export interface CheckpointWriterOptions {
  /** In the order in which they shall fill the files. */
  readonly tensors: readonly TensorSpec[];
  readonly maxShardBytes?: number;
  readonly signal?: AbortSignal;
}

export interface WrittenShard {
  readonly name: string;
  readonly byteLength: number;
  /** Of the whole file, in hexadecimal. */
  readonly sha256: string;
}

export interface WrittenCheckpoint {
  readonly folder: string;
  /** Files of weights, in order. */
  readonly files: readonly WrittenShard[];
  /** Of all of them together. */
  readonly byteLength: number;
  /** SHA-256 over names and digests of the files of weights. */
  readonly digest: string;
}

/** A model folder that is being written; parts of tensors may arrive in any order. Ends with `finish` or `abort`. */
export interface CheckpointWriter {
  /** Tensors in the order of the files: parts that arrive in that order are hashed on the way, without a second look at the file. */
  readonly order: readonly TensorSpec[];
  /** Writes bytes of a tensor from `begin` on. The bytes are the writer's until it resolves. */
  write(tensor: string, begin: number, bytes: Uint8Array): Promise<void>;
  /** A file beside the weights: text, or a copy of another file. */
  addFile(name: string, content: string | { readonly copyOf: string }): Promise<void>;
  /** Makes the folder durable and visible under its path, all of it at once. */
  finish(): Promise<WrittenCheckpoint>;
  /** Leaves nothing behind. Does nothing after `finish`. */
  abort(): Promise<void>;
}

interface OpenShard extends PlannedShard {
  readonly handle: FileHandle;
  readonly hash: Hash;
  /** Bytes from the front that are hashed. */
  hashed: number;
  /** Bytes that were written since the disk was last asked to begin. */
  unsynced: number;
  syncing: Promise<void> | undefined;
}

const HASH_CHUNK = 4 << 20;
/** The disk begins with what is there while the rest is still being computed: syncing all of it at the end would take as long again. */
const SYNC_BYTES = 256 << 20;

/**
 * Starts a model folder of known tensors. The bytes depend on names, shapes, dtypes, contents and `maxShardBytes` alone. Until `finish` everything
 * lies in a temporary folder beside the one asked for, which must not exist.
 *
 * @throws CHECKPOINT_OUTPUT_EXISTS, CHECKPOINT_TOO_MANY_SHARDS, TENSORS_UNWRITABLE, and the signal's reason after an abort
 */
export async function openCheckpointWriter(
  folder: string,
  options: CheckpointWriterOptions,
): Promise<CheckpointWriter> {
  const { signal } = options;
  signal?.throwIfAborted();
  const exists = await stat(folder).then(
    () => true,
    () => false,
  );
  if (exists) throw checkpointErrors.outputExists({ folder });
  const plan = planShards(folder, options.tensors, options.maxShardBytes);
  const temporary = `${folder}.${randomUUID()}.tmp`;
  const shards: OpenShard[] = [];
  let state: 'OPEN' | 'FINISHED' | 'ABORTED' = 'OPEN';

  const unwritable = (error: unknown): Error =>
    isCrucibleError(error)
      ? error
      : tensorErrors.unwritable(
          { file: folder, reason: error instanceof Error ? error.message : String(error) },
          error,
        );
  const abort = async (): Promise<void> => {
    if (state !== 'OPEN') return;
    state = 'ABORTED';
    await Promise.allSettled(shards.map(({ syncing }) => syncing));
    await Promise.allSettled(shards.map(({ handle }) => handle.close()));
    await rm(temporary, { recursive: true, force: true });
  };
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      signal?.throwIfAborted();
      return await work();
    } catch (error) {
      await abort();
      throw signal?.aborted === true ? signal.reason : unwritable(error);
    }
  };

  const owners = new Map<string, { readonly shard: OpenShard; readonly tensor: PlannedTensor }>();
  const missing = new Map<string, number>();
  await guarded(async () => {
    await mkdir(temporary);
    for (const planned of plan.shards) {
      const handle = await open(join(temporary, planned.name), 'wx+');
      const shard: OpenShard = {
        ...planned,
        handle,
        hash: createHash('sha256'),
        hashed: 0,
        unsynced: 0,
        syncing: undefined,
      };
      shards.push(shard);
      await put(shard, 0, planned.layout.header);
      for (const tensor of planned.layout.tensors) {
        owners.set(tensor.name, { shard, tensor });
        missing.set(tensor.name, tensor.byteLength);
      }
    }
  });

  const take = (name: string, begin: number, bytes: Uint8Array): { shard: OpenShard; position: number } => {
    const owner = owners.get(name);
    if (owner === undefined) throw tensorErrors.notFound({ file: folder, tensor: name });
    const refuse = (rule: string): Error => checkpointErrors.writeOrder({ folder, tensor: name, rule });
    if (state !== 'OPEN') throw refuse('the model is closed already');
    const { byteLength, position } = owner.tensor;
    if (begin < 0 || begin + bytes.length > byteLength) {
      throw refuse(`bytes ${begin} to ${begin + bytes.length} are not within 0 to ${byteLength}`);
    }
    const left = missing.get(name)! - bytes.length;
    if (left < 0) throw refuse('more bytes were written than it has');
    missing.set(name, left);
    return { shard: owner.shard, position: position + begin };
  };

  return {
    order: shards.flatMap(({ layout }) => layout.tensors),
    write: (name, begin, bytes) =>
      guarded(async () => {
        const { shard, position } = take(name, begin, bytes);
        await put(shard, position, bytes);
      }),
    addFile: (name, content) =>
      guarded(async () => {
        const path = join(temporary, name);
        if (typeof content === 'string') await writeFile(path, content, { flag: 'wx' });
        else await copyFile(content.copyOf, path);
        await syncPath(path);
      }),
    finish: () =>
      guarded(async () => {
        for (const [tensor, left] of missing) {
          if (left > 0)
            throw checkpointErrors.writeOrder({ folder, tensor, rule: `${left} of its bytes were never written` });
        }
        const files: WrittenShard[] = [];
        for (const shard of shards) {
          await shard.syncing;
          files.push({
            name: shard.name,
            byteLength: shard.layout.byteLength,
            sha256: await finishHash(shard, signal),
          });
          await shard.handle.sync();
          await shard.handle.close();
        }
        if (shards.length > 1) {
          const index = join(temporary, 'model.safetensors.index.json');
          await writeFile(index, indexOf(shards, plan.totalSize));
          await syncPath(index);
        }
        await syncPath(temporary);
        await rename(temporary, folder);
        state = 'FINISHED';
        await syncPath(dirname(folder));
        const digest = createHash('sha256');
        for (const { name, sha256 } of files) digest.update(`${name} ${sha256}\n`);
        const byteLength = files.reduce((sum, file) => sum + file.byteLength, 0);
        return { folder, files, byteLength, digest: digest.digest('hex') };
      }),
    abort,
  };
}

async function put(shard: OpenShard, position: number, bytes: Uint8Array): Promise<void> {
  const { handle, hash } = shard;
  const inOrder = position === shard.hashed;
  if (inOrder) shard.hashed += bytes.length;
  const writing = writeAll(handle, bytes, position);
  // The disk writes what this thread hashes.
  if (inOrder) hash.update(bytes);
  await writing;
  shard.unsynced += bytes.length;
  if (shard.unsynced < SYNC_BYTES || shard.syncing !== undefined) return;
  shard.unsynced = 0;
  shard.syncing = handle.datasync().finally(() => (shard.syncing = undefined));
  // What goes wrong there is found again by the sync at the end.
  shard.syncing.catch(() => undefined);
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, Math.min(bytes.length - done, 1 << 30), position + done);
    done += bytesWritten;
  }
}

async function finishHash(shard: OpenShard, signal: AbortSignal | undefined): Promise<string> {
  const piece = Buffer.allocUnsafe(Math.min(HASH_CHUNK, shard.layout.byteLength));
  while (shard.hashed < shard.layout.byteLength) {
    signal?.throwIfAborted();
    const { bytesRead } = await shard.handle.read(piece, 0, piece.length, shard.hashed);
    if (bytesRead === 0) throw tensorErrors.fileChanged({ file: shard.name, what: 'it is shorter than was written' });
    shard.hash.update(piece.subarray(0, bytesRead));
    shard.hashed += bytesRead;
  }
  return shard.hash.digest('hex');
}

function indexOf(shards: readonly OpenShard[], totalSize: number): string {
  const entries = shards.flatMap(({ name, layout }) => layout.tensors.map((tensor) => [tensor.name, name] as const));
  const weightMap = Object.fromEntries(entries.sort(([x], [y]) => (x < y ? -1 : 1)));
  return `${JSON.stringify({ metadata: { total_size: totalSize }, weight_map: weightMap }, null, 2)}\n`;
}

/** A rename is durable only once its folder is; not every system lets a folder be opened for that. */
async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r').catch(() => undefined);
  if (handle === undefined) return;
  try {
    await handle.sync().catch(() => undefined);
  } finally {
    await handle.close();
  }
}
