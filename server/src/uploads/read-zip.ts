import { Transform } from 'node:stream';
import { promisify } from 'node:util';
import { isCrucibleError } from '@crucible/engine/errors';
import { open, type Entry, type ZipFile } from 'yauzl';
import { uploadErrors } from './errors.js';
import type { ArchiveEntry, ReadArchive } from './unpack-archive.js';

const S_IFMT = 0o170000;
const S_IFREG = 0o100000;
const S_IFDIR = 0o040000;

/** Reads a zip by its central directory; sizes that an entry says of itself are checked by yauzl and trusted by nobody. */
export const readZip: ReadArchive = async (path, { onInflated, signal }, visit) => {
  let zip: ZipFile | undefined;
  try {
    zip = await openZip(path);
    for (;;) {
      signal.throwIfAborted();
      const entry = await nextEntry(zip);
      if (entry === undefined) return;
      await visit(describe(zip, entry, onInflated));
    }
  } catch (error) {
    signal.throwIfAborted();
    if (isCrucibleError(error)) throw error;
    if (error instanceof Error && 'syscall' in error) throw error;
    const problem = error instanceof Error ? error.message : String(error);
    // yauzl looks at the names itself, before anybody else sees them.
    const [, fault, entry] =
      /^(absolute path|invalid relative path|invalid characters in fileName): (.*)$/s.exec(problem) ?? [];
    if (entry !== undefined) throw uploadErrors.entryUnsafe({ entry: entry.slice(0, 200), problem: `has an ${fault}` });
    throw uploadErrors.archiveInvalid({ problem }, error);
  } finally {
    zip?.close();
  }
};

const openZip = (path: string): Promise<ZipFile> =>
  new Promise((resolve, reject) => {
    const options = { lazyEntries: true, autoClose: false, validateEntrySizes: true, strictFileNames: true };
    open(path, options, (error, zip) => (error ? reject(error) : resolve(zip)));
  });

async function nextEntry(zip: ZipFile): Promise<Entry | undefined> {
  return new Promise((resolve, reject) => {
    const done = (): void => {
      zip.off('entry', onEntry);
      zip.off('end', onEnd);
      zip.off('error', onError);
    };
    const onEntry = (entry: Entry): void => {
      done();
      resolve(entry);
    };
    const onEnd = (): void => {
      done();
      resolve(undefined);
    };
    const onError = (error: Error): void => {
      done();
      reject(error);
    };
    zip.on('entry', onEntry).on('end', onEnd).on('error', onError);
    zip.readEntry();
  });
}

function describe(zip: ZipFile, entry: Entry, onInflated: (bytes: number) => void): ArchiveEntry {
  const kind = kindOf(entry);
  return {
    path: entry.fileName,
    kind,
    open: async () => {
      if (entry.isEncrypted()) throw uploadErrors.archiveInvalid({ problem: 'it is encrypted' });
      const openStream = promisify(zip.openReadStream.bind(zip) as OpenReadStream);
      const bytes = await openStream(entry);
      const meter = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          try {
            onInflated(chunk.length);
            done(null, chunk);
          } catch (error) {
            done(error as Error);
          }
        },
      });
      bytes.once('error', (error: Error) => meter.destroy(error));
      meter.once('close', () => bytes.destroy());
      return bytes.pipe(meter);
    },
  };
}

type OpenReadStream = (
  entry: Entry,
  callback: (error: Error | null, stream: NodeJS.ReadableStream & { destroy(): void }) => void,
) => void;

/** Systems of Unix put the file's mode into the upper half of the external attributes; others leave it zero. */
function kindOf(entry: Entry): ArchiveEntry['kind'] {
  const type = (entry.externalFileAttributes >>> 16) & S_IFMT;
  if (entry.fileName.endsWith('/')) return type === 0 || type === S_IFDIR ? 'directory' : 'other';
  return type === 0 || type === S_IFREG ? 'file' : 'other';
}
