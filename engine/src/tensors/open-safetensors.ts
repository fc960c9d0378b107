import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { tensorErrors } from './errors.js';
import { tensorLimits } from './limits.js';
import { parseHeader, type TensorInfo } from './parse-header.js';
import { toFloat32, toInt32, toUint8, type TensorSource } from './tensor-source.js';

/** One safetensors file that is open: its header is checked, its tensors are read when asked for. */
export interface TensorFile extends TensorSource {
  readonly byteLength: number;
  readonly metadata: ReadonlyMap<string, string>;
  /** SHA-256 of the whole file in hexadecimal, read in pieces; computed once. */
  digest(): Promise<string>;
}

export interface OpenSafetensorsOptions {
  /** Ends every read that is under way; the file must still be closed. */
  readonly signal?: AbortSignal;
}

const HASH_CHUNK = 1 << 20;
/** Linux moves at most 2^31 - 4096 bytes in one call. */
const READ_CHUNK = 1 << 30;

/**
 * Opens a safetensors file. Every rule of the format holds once this returns, or it throws the `tensorErrors` entry of the rule that is
 * broken. Of the data nothing is read until asked for, and a file that changes meanwhile is noticed: `TENSORS_FILE_CHANGED`, and no bytes.
 */
export async function openSafetensors(path: string, options: OpenSafetensorsOptions = {}): Promise<TensorFile> {
  options.signal?.throwIfAborted();
  const handle = await open(path, 'r').catch((error: unknown) => {
    throw tensorErrors.unreadable({ file: path, reason: reasonOf(error) }, error);
  });
  try {
    return await openHandle(path, handle, options.signal);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

async function openHandle(path: string, handle: FileHandle, signal: AbortSignal | undefined): Promise<TensorFile> {
  const file = path;
  const opened = await handle.stat({ bigint: true });
  if (!opened.isFile()) throw tensorErrors.unreadable({ file, reason: 'it is not a regular file' });
  const fileBytes = Number(opened.size);

  const readInto = async (target: Uint8Array, position: number): Promise<void> => {
    let done = 0;
    while (done < target.length) {
      signal?.throwIfAborted();
      const length = Math.min(target.length - done, READ_CHUNK);
      const { bytesRead } = await handle.read(target, done, length, position + done);
      if (bytesRead === 0) throw tensorErrors.fileChanged({ file, what: 'it is shorter than it was when opened' });
      done += bytesRead;
    }
  };
  const checkUnchanged = async (): Promise<void> => {
    const now = await handle.stat({ bigint: true });
    if (now.size !== opened.size) {
      throw tensorErrors.fileChanged({ file, what: `it had ${opened.size} bytes and has ${now.size}` });
    }
    if (now.mtimeNs !== opened.mtimeNs) throw tensorErrors.fileChanged({ file, what: 'it was written to' });
  };

  if (fileBytes < 8) throw tensorErrors.fileTooShort({ file, got: fileBytes });
  const prefix = Buffer.alloc(8);
  await readInto(prefix, 0);
  const stated = prefix.readBigUInt64LE();
  const limit = tensorLimits.headerBytes;
  if (stated > BigInt(limit)) throw tensorErrors.headerTooLong({ file, got: stated, limit });
  const headerBytes = Number(stated);
  if (8 + headerBytes > fileBytes) throw tensorErrors.headerPastEnd({ file, got: headerBytes, fileBytes });
  const header = Buffer.alloc(headerBytes);
  await readInto(header, 8);
  const dataStart = 8 + headerBytes;
  const { metadata, tensors } = parseHeader(file, header, fileBytes - dataStart);
  await checkUnchanged();

  const info = (name: string): TensorInfo => {
    const found = tensors.get(name);
    if (found === undefined) throw tensorErrors.notFound({ file, tensor: name });
    return found;
  };
  const readRange = async (name: string, begin: number, end: number): Promise<Uint8Array<ArrayBuffer>> => {
    const { byteLength, begin: start } = info(name);
    if (!(Number.isInteger(begin) && Number.isInteger(end) && begin >= 0 && begin <= end && end <= byteLength)) {
      throw tensorErrors.rangeInvalid({ file, tensor: name, begin, end, byteLength });
    }
    if (end - begin > tensorLimits.tensorBytes) {
      throw tensorErrors.tensorTooLarge({ file, tensor: name, got: end - begin, limit: tensorLimits.tensorBytes });
    }
    const bytes = new Uint8Array(end - begin);
    await readInto(bytes, dataStart + start + begin);
    await checkUnchanged();
    return bytes;
  };
  const read = (name: string) => readRange(name, 0, info(name).byteLength);
  let digest: Promise<string> | undefined;

  return {
    path,
    byteLength: fileBytes,
    metadata,
    tensors,
    info,
    read: async (name) => read(name),
    readRange,
    readFloat32: async (name) => toFloat32(file, info(name), await read(name)),
    readUint8: async (name) => toUint8(file, info(name), await read(name)),
    readInt32: async (name) => toInt32(file, info(name), await read(name)),
    digest: () => (digest ??= hashFile(fileBytes, readInto).then((sha256) => checkUnchanged().then(() => sha256))),
    close: () => handle.close(),
  };
}

async function hashFile(
  fileBytes: number,
  readInto: (target: Uint8Array, position: number) => Promise<void>,
): Promise<string> {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(Math.min(HASH_CHUNK, fileBytes));
  for (let position = 0; position < fileBytes; position += chunk.length) {
    const piece = chunk.subarray(0, Math.min(chunk.length, fileBytes - position));
    await readInto(piece, position);
    hash.update(piece);
  }
  return hash.digest('hex');
}
