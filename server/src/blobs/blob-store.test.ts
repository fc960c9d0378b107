import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BlobStore } from './blob-store.js';

describe('the blob store', () => {
  let root: string;
  let store: BlobStore;
  const bytes = Buffer.from('forty-two');
  const digest = createHash('sha256').update(bytes).digest('hex');
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'crucible-blobs-'));
    store = new BlobStore(root);
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('names bytes by their SHA-256 and keeps equal bytes once', async () => {
    expect(await store.has(digest)).toBe(false);
    expect(await store.put(bytes)).toEqual({ digest, byteLength: 9 });
    expect(await store.put(bytes)).toEqual({ digest, byteLength: 9 });
    expect(await readFile(await store.locate(digest))).toEqual(bytes);
    expect(await readdir(join(root, 'incoming'))).toEqual([]);
    expect(await readdir(join(root, digest.slice(0, 2), digest.slice(2, 4)))).toEqual([digest]);
  });

  it('refuses a file whose bytes are not the expected ones, and keeps nothing of it', async () => {
    const path = await store.incoming();
    await writeFile(path, 'forty-three');
    await expect(store.adopt(path, digest)).rejects.toMatchObject({ code: 'BLOB_DIGEST_MISMATCH' });
    expect(await readdir(join(root, 'incoming'))).toEqual([]);
    expect(await store.has(digest)).toBe(false);
  });

  it('tells, when asked to verify, that the disk has changed a blob', async () => {
    await store.put(bytes);
    await writeFile(store.path(digest), 'forty-one');
    await store.locate(digest);
    await expect(store.locate(digest, { verify: true })).rejects.toMatchObject({ code: 'BLOB_DIGEST_MISMATCH' });
  });

  it.each(['', '..', 'ABC', `${'a'.repeat(63)}/`, `${'a'.repeat(62)}/.`])(
    'takes %j for no digest, and so for no path',
    (text) => {
      expect(() => store.path(text)).toThrow(expect.objectContaining({ code: 'BLOB_INVALID_DIGEST' }));
    },
  );

  it('says that a blob is not there', async () => {
    await expect(store.locate(digest)).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' });
  });

  it('gives a blob another name, as often as it is asked to', async () => {
    await store.put(bytes);
    const target = join(root, 'models', 'config.json');
    await Promise.all([store.linkTo(digest, target), store.linkTo(digest, target)]);
    expect(await readFile(target)).toEqual(bytes);
  });
});
