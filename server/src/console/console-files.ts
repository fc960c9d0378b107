import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

export interface ConsoleFile {
  readonly type: string;
  readonly plain: Buffer;
  readonly gzip: Buffer;
  readonly brotli: Buffer;
  readonly etag: string;
}

/** Where the build of `admin` lies beside this package; the same from `src` and from `dist`. */
export const builtConsole = fileURLToPath(new URL('../../../admin/dist/', import.meta.url));

/** What a build of the console has in `assets`; no path ever leads out of it. */
const ASSET_NAME = /^[\w-]+(?:\.[\w-]+)*\.(?:js|css|svg|png|woff2)$/;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** High enough to be near its best, low enough that the largest file takes a tenth of a second, once. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };

/**
 * The files of a built console. An asset has the digest of its content in its name, so it is read and packed once, when somebody first asks for it; the page that
 * names the assets is read again each time, so that a new build shows without a restart.
 */
export class ConsoleFiles {
  readonly #directory: string;
  readonly #assets = new Map<string, Promise<ConsoleFile | undefined>>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Undefined where the console was not built. */
  page(): Promise<ConsoleFile | undefined> {
    return readPacked(join(this.#directory, 'index.html'));
  }

  /** Undefined where there is no asset of this name. */
  async asset(name: string): Promise<ConsoleFile | undefined> {
    if (!ASSET_NAME.test(name)) return undefined;
    let file = this.#assets.get(name);
    if (!file) {
      file = readPacked(join(this.#directory, 'assets', name));
      this.#assets.set(name, file);
      // What is not there today may be built tomorrow, and names made up by a client must not pile up.
      if ((await file) === undefined) this.#assets.delete(name);
    }
    return await file;
  }
}

async function readPacked(path: string): Promise<ConsoleFile | undefined> {
  let plain: Buffer;
  try {
    plain = await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return {
    type: TYPES[extname(path)] ?? 'application/octet-stream',
    plain,
    gzip: await promisify(gzip)(plain, { level: 9 }),
    brotli: await promisify(brotliCompress)(plain, BROTLI),
    etag: `"${createHash('sha256').update(plain).digest('base64url')}"`,
  };
}
