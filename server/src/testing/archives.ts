import { createHash } from 'node:crypto';
import { crc32, gzipSync } from 'node:zlib';
import { pack, type Header } from 'tar-stream';

export interface PackedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly header?: Partial<Header>;
}

/** A tar in memory, with whatever headers a test wants. */
export async function makeTar(files: readonly PackedFile[]): Promise<Buffer> {
  const archive = pack();
  for (const { name, bytes, header } of files) archive.entry({ name, ...header }, Buffer.from(bytes));
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export const makeTarGz = async (files: readonly PackedFile[]): Promise<Buffer> => gzipSync(await makeTar(files));

/** A stored zip in memory; `mode` is what Unix keeps of a file, such as 0o120777 of a link. (APPNOTE.TXT 4.3) */
export function makeZip(files: readonly (PackedFile & { readonly mode?: number })[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes, mode = 0o100644 } of files) {
    const path = Buffer.from(name);
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt32LE(crc32(bytes), 10);
    shared.writeUInt32LE(bytes.length, 14);
    shared.writeUInt32LE(bytes.length, 18);
    shared.writeUInt16LE(path.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), shared, path, bytes]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE((mode << 16) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x03', 'latin1'), shared, tail, path]));
    parts.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, central, end]);
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
