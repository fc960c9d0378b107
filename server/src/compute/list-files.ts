import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hashFile } from '../blobs/index.js';
import type { ExportedFileRecord } from '../entities/export-run.js';

/** The files of a folder, without those below it, sorted by name, each with its SHA-256. */
export async function listFiles(folder: string): Promise<readonly ExportedFileRecord[]> {
  const files: ExportedFileRecord[] = [];
  for (const name of (await readdir(folder)).sort()) {
    if (!(await stat(join(folder, name))).isFile()) continue;
    const { digest, byteLength } = await hashFile(join(folder, name));
    files.push({ name, byteLength, sha256: digest });
  }
  return files;
}
