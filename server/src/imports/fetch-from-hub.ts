import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import type { ListFileEntry } from '@huggingface/hub';
import type { ReceivedFile } from '../entities/adapter-upload.js';
import { entrySegments } from '../uploads/entry-path.js';
import { uploadErrors } from '../uploads/errors.js';
import { receiveStream } from '../uploads/receive-stream.js';
import { uploadLimits, type UploadLimits } from '../uploads/upload-limits.js';
import { isJson, isPickle, isWanted } from '../uploads/wanted-file.js';
import { importErrors } from './errors.js';
import { hubProblem, listHubFiles, openHubFile, type HubRequest } from './hub-client.js';

export interface FetchRequest extends HubRequest {
  /** What `resolveRevision` gave. */
  readonly commit: string;
  /** An existing, empty folder. */
  readonly folder: string;
  readonly limits?: UploadLimits | undefined;
  /** Which files are fetched; those of an adapter where left out. */
  readonly wanted?: ((path: string) => boolean) | undefined;
  /** Bytes. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Fetches the adapter of a repository: adapter_config.json and safetensors, nothing else. Each file is streamed to the disk and must be, to the bit, the one
 * that the hub listed: by SHA-256 where git holds a pointer to it, by git's own hash of it otherwise.
 *
 * @throws HUB_*, UPLOAD_PICKLED, UPLOAD_ENTRY_UNSAFE, and the signal's reason after an abort
 */
export async function fetchFromHub(request: FetchRequest): Promise<readonly ReceivedFile[]> {
  const { repo, commit, folder, limits = uploadLimits, wanted: isOne = isWanted, signal, onProgress } = request;
  const listed = await listHubFiles(request, commit, limits.entries);
  const wanted = chooseFiles(listed, isOne);
  if (!wanted.some(({ path }) => path.endsWith('.safetensors'))) {
    const pickle = listed.find(({ path }) => isPickle(path));
    if (pickle !== undefined) throw uploadErrors.pickled({ name: pickle.path });
    throw importErrors.hubNotFound({ what: `safetensors in ${repo} at ${commit}` });
  }
  const total = wanted.reduce((sum, { size }) => sum + size, 0);
  if (!(total <= limits.bytes)) throw importErrors.hubTooLarge({ repo, what: `${total} bytes`, limit: limits.bytes });
  const files: ReceivedFile[] = [];
  let done = 0;
  for (const entry of wanted) {
    const target = join(folder, ...entrySegments(entry.path, limits));
    await mkdir(dirname(target), { recursive: true });
    const limit = isJson(entry.path) ? Math.min(entry.size, limits.jsonBytes) : entry.size;
    const stream = await openHubFile(request, commit, entry.path);
    const received = await receiveStream(Readable.fromWeb(stream as NodeReadableStream<Uint8Array>), target, {
      ...(signal === undefined ? {} : { signal }),
      onBytes: (got) => {
        if (got > limit) throw damaged(entry, `more than ${limit} bytes`, `${entry.size} bytes`);
        onProgress?.(done + got, total);
      },
    }).catch((error: unknown) => {
      throw hubProblem(request, `file ${entry.path} in ${repo}`, error);
    });
    await verify(entry, received, target);
    done += entry.size;
    files.push({ name: entry.path, ...received });
  }
  return files;
}

/** What git holds itself is small; hubs put larger files elsewhere. */
const GIT_BYTES = 64 * 2 ** 20;

/** At the top, or in one folder where the top has none: repositories of several adapters keep each in a folder of its own. */
function chooseFiles(listed: readonly ListFileEntry[], isOne: (path: string) => boolean): readonly ListFileEntry[] {
  const files = listed.filter(({ type, path }) => type === 'file' && isOne(path));
  const top = files.filter(({ path }) => !path.includes('/'));
  const chosen = top.some(({ path }) => path.endsWith('.safetensors')) ? top : files;
  return [...chosen].sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function verify(
  entry: ListFileEntry,
  { byteLength, sha256 }: { readonly byteLength: number; readonly sha256: string },
  path: string,
): Promise<void> {
  if (byteLength !== entry.size) throw damaged(entry, `${byteLength} bytes`, `${entry.size} bytes`);
  if (entry.lfs !== undefined) {
    if (sha256 !== entry.lfs.oid) throw damaged(entry, `SHA-256 ${sha256}`, entry.lfs.oid);
  } else if (entry.oid !== undefined && byteLength <= GIT_BYTES) {
    const git = createHash('sha1')
      .update(`blob ${byteLength}\0`)
      .update(await readFile(path))
      .digest('hex');
    if (git !== entry.oid) throw damaged(entry, `git blob ${git}`, entry.oid);
  }
}

const damaged = ({ path }: ListFileEntry, got: string, expected: string): Error =>
  importErrors.hubFileDamaged({ name: path, got, expected });
