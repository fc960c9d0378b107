import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UploadState } from '../entities/index.js';
import { startTestDatabase, type TestDatabase } from '../testing/test-database.js';
import { createPlatform, type Platform } from '../platform/index.js';
import { makeTar } from '../testing/archives.js';
import { readGoldenPeft } from '../testing/peft-folder.js';
import { uploadFolder } from './upload-folder.js';

/** A process that is killed after a file got its name, and before the row knew of it, once left an upload that refused that file for ever. */
describe('an upload whose process was killed between its file and its row', () => {
  let database: TestDatabase;
  let platform: Platform;
  const [config, weights] = readGoldenPeft('eq-a');

  beforeAll(async () => {
    database = await startTestDatabase();
    const backend = { name: 'wasm', reason: 'the tests say so', considered: [] };
    platform = await createPlatform({ databaseUrl: database.url, home: database.home, backend });
  });
  afterAll(async () => {
    await platform.dispose();
    await database.dispose();
  });

  /** An upload as such a process leaves it, with files of which its row knows nothing. */
  async function leave(...names: readonly string[]): Promise<{ id: string; token: string; folder: string }> {
    const { upload, token } = await platform.uploads.create(platform.orm.em.fork(), {});
    const folder = uploadFolder(database.home, upload.id);
    await mkdir(folder, { recursive: true });
    for (const name of names) await writeFile(join(folder, name), 'left');
    return { id: upload.id, token, folder };
  }
  const body = (bytes: Uint8Array) => ({
    stream: Readable.from([Buffer.from(bytes)]),
    declared: {},
    signal: new AbortController().signal,
  });

  it('takes the file again, once', async () => {
    const { id, token, folder } = await leave(weights!.name);
    for (const { name, bytes } of [config!, weights!]) await platform.uploads.receiveFile(id, token, name, body(bytes));
    expect(await readFile(join(folder, weights!.name))).toEqual(Buffer.from(weights!.bytes));
    await expect(platform.uploads.receiveFile(id, token, weights!.name, body(weights!.bytes))).rejects.toMatchObject({
      code: 'UPLOAD_FILE_EXISTS',
    });
    expect(await platform.uploads.complete(id, token)).toMatchObject({ state: UploadState.COMPLETE });
  });

  it('has no file that its row does not name', async () => {
    const { id, token, folder } = await leave('another.safetensors');
    for (const { name, bytes } of [config!, weights!]) await platform.uploads.receiveFile(id, token, name, body(bytes));
    const { files } = await platform.uploads.complete(id, token);
    expect((await readdir(folder)).toSorted()).toEqual(files.map(({ name }) => name));
  });

  it('takes an archive in place of what one left unpacked', async () => {
    const { id, token, folder } = await leave('another.safetensors');
    const done = await platform.uploads.receiveBody(id, token, body(await makeTar([config!, weights!])));
    expect(done.state).toBe(UploadState.COMPLETE);
    expect((await readdir(folder)).toSorted()).toEqual([config!.name, weights!.name]);
  });

  it('takes no archive where single files were sent', async () => {
    const { id, token } = await leave();
    await platform.uploads.receiveFile(id, token, config!.name, body(config!.bytes));
    const archive = body(await makeTar([config!, weights!]));
    await expect(platform.uploads.receiveBody(id, token, archive)).rejects.toMatchObject({ code: 'UPLOAD_NOT_OPEN' });
  });
});
