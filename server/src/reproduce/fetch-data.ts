import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { downloadFile, listFiles } from '@huggingface/hub';
import { reproduceErrors } from './errors.js';
import type { DataSplit } from './recipe.js';

/** Where the hub keeps each data set as parquet, by configuration and split, whatever files it was made of. */
const CONVERTED = 'refs/convert/parquet';

export interface FetchSplitOptions {
  readonly repo: string;
  readonly split: DataSplit;
  /** The folder that gets `<config>/<split>/*.parquet`. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly onFile?: (path: string) => void;
}

/**
 * The parquet files of one split, sorted, relative to `folder`. A file that is there is not fetched again; one that was cut short leaves none.
 *
 * @throws reproduceErrors.dataMissing, hubFailed
 */
export async function fetchSplit({ repo, split, folder, signal, onFile }: FetchSplitOptions): Promise<string[]> {
  const where = `${split.config}/${split.split}`;
  const common = {
    repo: { type: 'dataset', name: repo } as const,
    revision: CONVERTED,
    ...(process.env['HF_ENDPOINT'] && { hubUrl: process.env['HF_ENDPOINT'] }),
    ...(process.env['HF_TOKEN'] && { accessToken: process.env['HF_TOKEN'] }),
  };
  const paths: string[] = [];
  try {
    for await (const { path, type } of listFiles({ ...common, path: where })) {
      if (type === 'file' && path.endsWith('.parquet')) paths.push(path);
    }
    for (const path of paths) {
      signal.throwIfAborted();
      const target = join(folder, path);
      if (existsSync(target)) continue;
      onFile?.(`${repo}/${path}`);
      const blob = await downloadFile({ ...common, path, xet: false });
      if (blob === null) throw reproduceErrors.dataMissing({ repo, folder: where });
      await mkdir(dirname(target), { recursive: true });
      await pipeline(Readable.fromWeb(blob.stream() as never), createWriteStream(`${target}.part`), { signal });
      await rename(`${target}.part`, target);
    }
  } catch (error) {
    signal.throwIfAborted();
    const { message, code } = error as { readonly message: string; readonly code?: string };
    if (code?.startsWith('REPRODUCE_')) throw error;
    throw reproduceErrors.hubFailed({ what: `data set ${repo} (${where})`, why: message }, error);
  }
  if (paths.length === 0) throw reproduceErrors.dataMissing({ repo, folder: where });
  return paths.toSorted();
}
