import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { LockMode, type EntityManager, type MikroORM } from '@mikro-orm/postgresql';
import { AdapterUpload, UploadPurpose, UploadState, type ReceivedFile } from '../entities/index.js';
import { uploadErrors } from './errors.js';
import { findAdapterFiles } from './find-adapter-files.js';
import { receiveStream, type ReceivedBytes } from './receive-stream.js';
import { sniffFormat, unpackArchive } from './unpack-archive.js';
import { uploadFolder, uploadParts, uploadsRoot } from './upload-folder.js';
import { uploadLimits, type UploadLimits } from './upload-limits.js';
import { isJson, isPickle, isWanted, isWantedForTask } from './wanted-file.js';

export interface UploadDeclaration {
  readonly byteLength?: number | undefined;
  readonly sha256?: string | undefined;
}

export interface UploadRequest extends UploadDeclaration {
  readonly purpose?: UploadPurpose | undefined;
}

export interface CreatedUpload {
  readonly upload: AdapterUpload;
  /** Told once, kept nowhere: the row has its digest. */
  readonly token: string;
}

/** A body as it arrives. */
export interface IncomingBody {
  readonly stream: Readable;
  /** What Content-Length and Content-Digest say, where they are there. */
  readonly declared: UploadDeclaration;
  /** Aborts when the sender is gone. */
  readonly signal: AbortSignal;
}

/**
 * Files of adapters on their way in. What arrives is written beside, hashed and checked on the way; only what is whole and as declared gets its name, and the
 * row is moved on in one statement, so that of two senders one wins. Whatever is cut off, wrong or expired leaves no file behind: at once where this process
 * lives, at its next start where it was killed.
 */
export class UploadStore {
  readonly #orm: MikroORM;
  readonly #home: string;
  readonly limits: UploadLimits;
  #receiving = 0;

  constructor(orm: MikroORM, home: string, limits: UploadLimits = uploadLimits) {
    this.#orm = orm;
    this.#home = home;
    this.limits = limits;
  }

  /** @throws UPLOAD_TOO_LARGE where more is declared than is taken */
  async create(em: EntityManager, declared: UploadRequest): Promise<CreatedUpload> {
    this.#checkSize(declared.byteLength);
    const token = randomBytes(32).toString('base64url');
    const upload = em.create(AdapterUpload, {
      tokenDigest: digestOf(token),
      expiresAt: this.#expiry(),
      declaredBytes: declared.byteLength ?? null,
      declaredSha256: declared.sha256 ?? null,
      purpose: declared.purpose ?? UploadPurpose.ADAPTER,
    } as never);
    await em.persist(upload).flush();
    return { upload, token };
  }

  async openUploads(em: EntityManager): Promise<number> {
    return em.count(AdapterUpload, { expiresAt: { $gt: new Date() } });
  }

  /** The upload, if it has not expired. */
  async find(em: EntityManager, id: string): Promise<AdapterUpload | null> {
    return em.findOne(AdapterUpload, { id, expiresAt: { $gt: new Date() } });
  }

  /** Takes the one body of an upload: a safetensors file, or an archive, which is unpacked. The upload is complete then. */
  async receiveBody(id: string, token: string | undefined, body: IncomingBody): Promise<AdapterUpload> {
    const upload = await this.#authorize(id, token);
    if (upload.files.length > 0) throw uploadErrors.notOpen({ id });
    const declared = {
      byteLength: upload.declaredBytes ?? body.declared.byteLength,
      sha256: upload.declaredSha256 ?? body.declared.sha256,
    };
    return this.#take(id, async () => {
      const part = await this.#part(id);
      const unpacked = `${part}.unpacked`;
      const target = uploadFolder(this.#home, id);
      try {
        const received = await this.#receive(part, { ...body, declared });
        const { files, skipped } = await this.#takeApart(part, unpacked, received, upload.purpose, body.signal);
        await checkFiles(upload.purpose, unpacked, files.length);
        body.signal.throwIfAborted();
        return await this.#close(id, { files, skipped, received }, async (upload) => {
          if (upload.files.length > 0) throw uploadErrors.notOpen({ id });
          await mkdir(dirname(target), { recursive: true });
          // What lies there is of a process that was killed before its row said so: under the lock, no one else is putting it.
          await rm(target, { recursive: true, force: true });
          await rename(unpacked, target);
        });
      } finally {
        await rm(part, { force: true });
        await rm(unpacked, { recursive: true, force: true });
      }
    });
  }

  /** Takes one file of a folder that is sent piece by piece. */
  async receiveFile(id: string, token: string | undefined, name: string, body: IncomingBody): Promise<AdapterUpload> {
    const { purpose } = await this.#authorize(id, token);
    if (isPickle(name)) throw uploadErrors.pickled({ name });
    if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}$/.test(name) || !wantedFor(purpose)(name)) {
      throw uploadErrors.fileUnwanted({ name: name.slice(0, 200) });
    }
    return this.#take(id, async () => {
      const part = await this.#part(id);
      const folder = uploadFolder(this.#home, id);
      try {
        const received = await this.#receive(part, body, isJson(name) ? this.limits.jsonBytes : this.limits.bytes);
        await mkdir(folder, { recursive: true });
        return await this.#add(id, { name, ...received }, () => rename(part, join(folder, name)));
      } finally {
        await rm(part, { force: true });
      }
    });
  }

  /** All files were sent. */
  async complete(id: string, token: string): Promise<AdapterUpload> {
    const upload = await this.#authorize(id, token);
    if (upload.files.length === 0) throw uploadErrors.noAdapter({ problem: 'no file was sent' });
    await this.#removeUnlisted(id);
    await checkFiles(upload.purpose, uploadFolder(this.#home, id), upload.files.length);
    return this.#close(id, { files: undefined, skipped: 0, received: undefined });
  }

  /** A complete upload whose token is shown. */
  async authorizeImport(
    em: EntityManager,
    id: string,
    token: string,
    expected: UploadPurpose = UploadPurpose.ADAPTER,
  ): Promise<AdapterUpload> {
    const upload = await this.#known(em, id, token);
    if (upload.purpose !== expected) throw uploadErrors.otherPurpose({ id, got: upload.purpose, expected });
    if (upload.state !== UploadState.COMPLETE) throw uploadErrors.notComplete({ id });
    return upload;
  }

  /** An import has been asked for: its lifetime begins anew, and until that import has ended nothing is swept away. */
  async keepForImport(em: EntityManager, id: string): Promise<void> {
    await em.nativeUpdate(AdapterUpload, { id }, { expiresAt: this.#expiry() });
  }

  /** Files that this server fetches itself; complete when they are there, and nothing where that fails. */
  async stage(fetch: (folder: string) => Promise<readonly ReceivedFile[]>): Promise<AdapterUpload> {
    const { upload } = await this.create(this.#orm.em.fork(), {});
    const folder = uploadFolder(this.#home, upload.id);
    try {
      await mkdir(folder, { recursive: true });
      return await this.#alive(upload.id, async () => {
        const files = await fetch(folder);
        await findAdapterFiles(folder);
        return this.#close(upload.id, { files, skipped: 0, received: undefined });
      });
    } catch (error) {
      await this.remove(upload.id);
      throw error;
    }
  }

  async remove(id: string): Promise<void> {
    await this.#orm.em.fork().nativeDelete(AdapterUpload, { id });
    await rm(join(uploadsRoot(this.#home), id), { recursive: true, force: true });
  }

  /** Removes what has expired, and folders that no row names. With `parts`, at the start of the only process that receives, half bodies too. */
  async sweep({ parts = false }: { readonly parts?: boolean } = {}): Promise<void> {
    const em = this.#orm.em.fork();
    await em.execute(
      `delete from adapter_upload where expires_at <= ? and id::text not in
        (select taken.source->>'upload' from import_run, lateral (values (import_run.source), (import_run.start)) as taken (source)
          where state in ('QUEUED', 'RUNNING') and taken.source->>'upload' is not null)`,
      [new Date()],
    );
    const folders = await readdir(uploadsRoot(this.#home)).catch((): string[] => []);
    if (folders.length === 0) return;
    const kept = new Set((await em.find(AdapterUpload, {}, { fields: ['id'] })).map(({ id }) => id));
    for (const id of folders) {
      if (!kept.has(id)) await rm(join(uploadsRoot(this.#home), id), { recursive: true, force: true });
      else if (parts) await rm(uploadParts(this.#home, id), { recursive: true, force: true });
    }
  }

  async #authorize(id: string, token: string | undefined): Promise<AdapterUpload> {
    const upload = await this.#known(this.#orm.em.fork(), id, token);
    if (upload.state !== UploadState.OPEN) throw uploadErrors.notOpen({ id });
    return upload;
  }

  async #known(em: EntityManager, id: string, token: string | undefined): Promise<AdapterUpload> {
    const upload = isUuid(id) ? await this.find(em, id) : null;
    if (upload === null) throw uploadErrors.notFound({ id: id.slice(0, 100) });
    const got = Buffer.from(digestOf(token ?? ''), 'hex');
    if (token === undefined || !timingSafeEqual(got, Buffer.from(upload.tokenDigest, 'hex'))) {
      throw uploadErrors.unauthorized({ id });
    }
    return upload;
  }

  /** Does what may take longer than an upload lives: while it is done, the lifetime begins anew time and again, or a sweep would take the files away. */
  async #alive<T>(id: string, work: () => Promise<T>): Promise<T> {
    const renew = (): Promise<unknown> =>
      this.#orm.em.fork().nativeUpdate(AdapterUpload, { id }, { expiresAt: this.#expiry() });
    // What cannot be renewed once can be a quarter of a lifetime later.
    const timer = setInterval(() => void renew().catch(() => undefined), this.limits.lifetimeSeconds * 250);
    try {
      return await work();
    } finally {
      clearInterval(timer);
    }
  }

  async #take<T>(id: string, work: () => Promise<T>): Promise<T> {
    if (this.#receiving >= this.limits.concurrent) throw uploadErrors.busy({ limit: this.limits.concurrent });
    this.#receiving += 1;
    try {
      return await this.#alive(id, work);
    } catch (error) {
      throw (error as NodeJS.ErrnoException).code === 'ENOSPC' ? uploadErrors.noSpace({}, error) : error;
    } finally {
      this.#receiving -= 1;
    }
  }

  async #part(id: string): Promise<string> {
    const folder = uploadParts(this.#home, id);
    await mkdir(folder, { recursive: true });
    return join(folder, randomUUID());
  }

  #checkSize(bytes: number | undefined, limit: number = this.limits.bytes): void {
    if (bytes !== undefined && bytes > limit) throw uploadErrors.tooLarge({ what: 'the body', limit });
  }

  async #receive(
    path: string,
    { stream, declared, signal }: IncomingBody,
    limit: number = this.limits.bytes,
  ): Promise<ReceivedBytes> {
    this.#checkSize(declared.byteLength, limit);
    const onBytes = (got: number): void => {
      this.#checkSize(got, limit);
      if (declared.byteLength !== undefined && got > declared.byteLength) {
        throw uploadErrors.sizeMismatch({ got, expected: declared.byteLength });
      }
    };
    const received = await receiveStream(stream, path, { onBytes, signal }).catch((error: unknown) => {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE' || signal.aborted) {
        throw uploadErrors.cutOff({ problem: 'the connection was closed' }, error);
      }
      throw error;
    });
    if (declared.byteLength !== undefined && received.byteLength !== declared.byteLength) {
      throw uploadErrors.sizeMismatch({ got: received.byteLength, expected: declared.byteLength });
    }
    if (declared.sha256 !== undefined && received.sha256 !== declared.sha256) {
      throw uploadErrors.digestMismatch({ got: received.sha256, expected: declared.sha256 });
    }
    return received;
  }

  async #takeApart(
    part: string,
    folder: string,
    received: ReceivedBytes,
    purpose: UploadPurpose,
    signal: AbortSignal,
  ): Promise<{ readonly files: readonly ReceivedFile[]; readonly skipped: number }> {
    const format = await sniffFormat(part);
    if (format === undefined || (purpose === UploadPurpose.TASK && format === 'safetensors')) {
      const problem =
        purpose === UploadPurpose.TASK
          ? 'the body is no .zip, .tar or .tar.gz; send single files one by one'
          : 'the body is neither safetensors nor a .zip, .tar or .tar.gz';
      throw uploadErrors.formatUnknown({ problem });
    }
    if (format !== 'safetensors') {
      const { limits } = this;
      return unpackArchive({
        path: part,
        format,
        packedBytes: received.byteLength,
        folder,
        limits,
        signal,
        wanted: wantedFor(purpose),
      });
    }
    await mkdir(folder, { recursive: true });
    await rename(part, join(folder, 'adapter.safetensors'));
    return { files: [{ name: 'adapter.safetensors', ...received }], skipped: 0 };
  }

  /** OPEN → COMPLETE, once: who comes second finds it closed. */
  async #close(
    id: string,
    {
      files,
      skipped,
      received,
    }: { files: readonly ReceivedFile[] | undefined; skipped: number; received: ReceivedBytes | undefined },
    put: (upload: AdapterUpload) => Promise<void> = async () => {},
  ): Promise<AdapterUpload> {
    return this.#orm.em.fork().transactional(async (em) => {
      const upload = await this.#lock(em, id);
      await put(upload);
      upload.state = UploadState.COMPLETE;
      // Left out: those that were sent one by one, as they are now that nobody can add another.
      if (files !== undefined) upload.files = files.map((file) => ({ ...file }));
      upload.skippedEntries = skipped;
      upload.receivedBytes = received?.byteLength ?? null;
      upload.receivedSha256 = received?.sha256 ?? null;
      upload.expiresAt = this.#expiry();
      return upload;
    });
  }

  async #add(id: string, file: ReceivedFile, put: () => Promise<void>): Promise<AdapterUpload> {
    return this.#orm.em.fork().transactional(async (em) => {
      const upload = await this.#lock(em, id);
      if (upload.files.some(({ name }) => name === file.name)) throw uploadErrors.fileExists({ name: file.name });
      const total = upload.files.reduce((sum, { byteLength }) => sum + byteLength, file.byteLength);
      if (total > this.limits.bytes) throw uploadErrors.tooLarge({ what: 'the upload', limit: this.limits.bytes });
      if (upload.files.length >= this.limits.entries) throw uploadErrors.tooMany({ limit: this.limits.entries });
      // Replaces what a process left here that was killed before its row named the file: under the lock, no one else is putting it.
      await put();
      upload.files = [...upload.files, file].sort((a, b) => (a.name < b.name ? -1 : 1));
      return upload;
    });
  }

  /** What a process left that was killed before its row named the file is no part of the upload. */
  async #removeUnlisted(id: string): Promise<void> {
    const folder = uploadFolder(this.#home, id);
    await this.#orm.em.fork().transactional(async (em) => {
      const { files } = await this.#lock(em, id);
      const listed = new Set(files.map(({ name }) => name));
      for (const name of await readdir(folder)) if (!listed.has(name)) await rm(join(folder, name), { force: true });
    });
  }

  async #lock(em: EntityManager, id: string): Promise<AdapterUpload> {
    const upload = await em.findOne(AdapterUpload, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true });
    if (upload === null || upload.expiresAt <= new Date()) throw uploadErrors.notFound({ id });
    if (upload.state !== UploadState.OPEN) throw uploadErrors.notOpen({ id });
    return upload;
  }

  #expiry(): Date {
    return new Date(Date.now() + this.limits.lifetimeSeconds * 1000);
  }
}

const isUuid = (id: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
const digestOf = (token: string): string => createHash('sha256').update(token).digest('hex');

const wantedFor = (purpose: UploadPurpose): ((path: string) => boolean) =>
  purpose === UploadPurpose.TASK ? isWantedForTask : isWanted;

/** What can be seen of the files before they are read: an adapter is one, a task has at least one that it can be made of. */
async function checkFiles(purpose: UploadPurpose, folder: string, count: number): Promise<void> {
  if (purpose === UploadPurpose.ADAPTER) await findAdapterFiles(folder);
  else if (count === 0) throw uploadErrors.noTask({});
}
