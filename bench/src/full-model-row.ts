import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { openTensorFolder } from '@crucible/engine/tensors';
import { selectBackend } from '@crucible/engine/backend';
import { loadPlugins } from '@crucible/sdk/host';
import { runModelFusion } from '@crucible/sdk/model';

/** What one row of the table measures; it comes as JSON, since each row runs in a process of its own. */
export type FullModelRow = { readonly base: string; readonly models: readonly string[]; readonly output: string } & (
  | { readonly kind: 'COPY'; readonly readsBase: boolean; readonly hashes: boolean }
  | {
      readonly kind: 'FUSE';
      readonly strategy: string;
      readonly options: object;
      readonly workers: number;
      readonly norms: boolean;
      readonly blockElements?: number;
    }
);

export interface FullModelResult {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly readBytes: number;
  readonly writtenBytes: number;
  readonly peakBytes: number;
  readonly digest?: string;
}

const CHUNK = 2 << 20;
const SYNC = 256 << 20;

/** The least that any fusion does: reads every byte of the inputs, side by side, and writes as many as one of them has, made durable. */
async function copy(
  inputs: readonly string[],
  output: string,
  hashes: boolean,
): Promise<{ read: number; written: number }> {
  const folders = await Promise.all(inputs.map((folder) => openTensorFolder(folder)));
  const files = folders.map((folder) => folder.files);
  const out = await open(output, 'w');
  const hash = createHash('sha256');
  let [read, written, unsynced] = [0, 0, 0];
  let syncing: Promise<void> | undefined;
  for (let f = 0; f < files[0]!.length; f += 1) {
    const handles = await Promise.all(files.map((each) => open(each[f]!.path, 'r')));
    const length = files[0]![f]!.byteLength;
    // Two sets of buffers: one is filled while the other is written.
    const buffers = [0, 1].map(() => handles.map(() => new Uint8Array(CHUNK)));
    const fill = (begin: number, set: number): Promise<unknown> =>
      Promise.all(
        handles.map((handle, i) => handle.read(buffers[set]![i]!, 0, Math.min(CHUNK, length - begin), begin)),
      );
    let next = fill(0, 0);
    for (let begin = 0, set = 0; begin < length; begin += CHUNK, set = 1 - set) {
      await next;
      const count = Math.min(CHUNK, length - begin);
      if (begin + CHUNK < length) next = fill(begin + CHUNK, 1 - set);
      const piece = buffers[set]![0]!.subarray(0, count);
      const writing = out.write(piece, 0, count);
      if (hashes) hash.update(piece);
      await writing;
      read += count * handles.length;
      written += count;
      unsynced += count;
      if (unsynced < SYNC || syncing) continue;
      unsynced = 0;
      syncing = out.datasync().finally(() => (syncing = undefined));
    }
    await Promise.all(handles.map((handle) => handle.close()));
  }
  await syncing;
  await out.sync();
  await out.close();
  await Promise.all(folders.map((folder) => folder.close()));
  return { read, written };
}

async function measure(row: FullModelRow): Promise<FullModelResult> {
  // Loading plugins and a backend is no part of a fusion; what threads load is.
  const { strategies } = await loadPlugins({ root: fileURLToPath(new URL('../../server', import.meta.url)) });
  const { tf } = await selectBackend({ backend: 'wasm' });
  const started = performance.now();
  const before = process.cpuUsage();
  const finish = (readBytes: number, writtenBytes: number, digest?: string): FullModelResult => {
    const took = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(before);
    return {
      seconds: took,
      cpuSeconds: (user + system) / 1e6,
      readBytes,
      writtenBytes,
      // Of the kernel, in KiB: also what was allocated and freed between two samples.
      peakBytes: process.resourceUsage().maxRSS * 1024,
      ...(digest !== undefined && { digest }),
    };
  };
  try {
    if (row.kind === 'COPY') {
      const { read, written } = await copy(
        [...(row.readsBase ? [row.base] : []), ...row.models],
        row.output,
        row.hashes,
      );
      return finish(read, written);
    }
    const outcome = await runModelFusion({
      strategy: strategies.get(row.strategy)!.strategy,
      options: row.options,
      base: row.base,
      models: row.models.map((folder) => ({ folder, weight: 1 })),
      outputFolder: row.output,
      norms: row.norms,
      workers: row.workers,
      ...(row.blockElements !== undefined && { blockElements: row.blockElements }),
      tf,
    });
    return finish(0, outcome.byteLength, outcome.digest);
  } finally {
    await rm(row.output, { recursive: true, force: true });
  }
}

process.stdout.write(`${JSON.stringify(await measure(JSON.parse(process.argv[2]!) as FullModelRow))}\n`);
