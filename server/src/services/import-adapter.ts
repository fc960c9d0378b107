import { basename, dirname } from 'node:path';
import { ref, type EntityManager } from '@mikro-orm/postgresql';
import { isCrucibleError } from '@crucible/engine/errors';
import { wakeWorkers } from '../changes/index.js';
import {
  AdapterUpload,
  BaseModel,
  DoraImport,
  ImportRun,
  ImportSourceKind,
  Task,
  type ImportSource,
} from '../entities/index.js';
import { fetchFromHub, hubSettings, isHubToken, isRepoName, isRevision, resolveRevision } from '../imports/index.js';
import { findInRoot, importRoot } from '../imports/import-root.js';
import { announce, type JobQueue } from '../jobs/index.js';
import type { UploadStore } from '../uploads/index.js';
import { findById } from './find-by-id.js';
import { InvalidOptions, NotFound, QuotaExceeded, SourceRefused } from './problems.js';
import { serviceLimits } from './service-limits.js';

/** Exactly one of the three. */
export interface AdapterSourceInput {
  readonly upload?: { readonly id: string; readonly token: string } | null | undefined;
  readonly directory?: string | null | undefined;
  readonly hub?:
    | { readonly repo: string; readonly revision?: string | undefined; readonly token?: string | null | undefined }
    | null
    | undefined;
}

/** How files are taken that are more than factors of a stock base; absent: not at all. */
export interface AdapterReadingInput {
  readonly source: AdapterSourceInput;
  /** Absent: the base that the adapter names itself. */
  readonly base?: string | undefined;
  readonly dora?: DoraImport | undefined;
  readonly start?: AdapterSourceInput | undefined;
  readonly changedBase?: boolean | undefined;
}

export interface ImportAdapterInput extends AdapterReadingInput {
  readonly name?: string | undefined;
  readonly task?: string | undefined;
}

export interface ImportContext {
  readonly queue: JobQueue;
  readonly uploads: UploadStore;
}

type Refusal = InvalidOptions | NotFound | QuotaExceeded | SourceRefused;

/** Queues the taking in of one adapter. What can be known at once is answered at once: bad paths, unknown uploads, what the hub says of a revision. */
export async function importAdapter(
  em: EntityManager,
  { queue, uploads }: ImportContext,
  input: ImportAdapterInput,
): Promise<ImportRun | Refusal> {
  if ((input.name?.length ?? 0) > serviceLimits.nameLength) {
    return new QuotaExceeded('characters of the name', input.name!.length, serviceLimits.nameLength, ['name']);
  }
  const base = input.base === undefined ? null : await findById(em, BaseModel, input.base);
  if (input.base !== undefined && base === null) return new NotFound('base model', input.base, ['base']);
  const task = input.task === undefined ? null : await findById(em, Task, input.task);
  if (input.task !== undefined && task === null) return new NotFound('task', input.task, ['task']);
  const contrary = checkReading(input);
  if (contrary) return contrary;
  const source = await refusable(() => pinSource(em, uploads, input.source, 'source'));
  if (source instanceof InvalidOptions || source instanceof SourceRefused) return source;
  const { start: before } = input;
  const start = before === undefined ? null : await refusable(() => pinSource(em, uploads, before, 'start'), 'start');
  if (start instanceof InvalidOptions || start instanceof SourceRefused) return start;
  return em.transactional(async (em) => {
    const run = em.create(ImportRun, {
      name: input.name?.trim() || nameOf(source, await filesOf(em, source)),
      base: base && ref(base),
      task: task && ref(task),
      source,
      start,
      dora: input.dora ?? DoraImport.REFUSE,
      changedBase: input.changedBase ?? false,
    } as never);
    for (const { upload } of start === null ? [source] : [source, start]) {
      if (upload !== null) await uploads.keepForImport(em, upload);
    }
    run.queueJob = await queue.send(em, { kind: 'IMPORT', id: run.id });
    em.persist(run);
    await em.flush();
    await announce(em, run);
    await wakeWorkers(em);
    return run;
  });
}

/** What no file could make right: the two ways to read a changed base exclude each other, and the second belongs to no stock base. */
export function checkReading({ base, start, changedBase = false }: AdapterReadingInput): InvalidOptions | undefined {
  if (!changedBase) return undefined;
  const invalid = (code: string, message: string): InvalidOptions =>
    new InvalidOptions([{ code, message, path: ['changedBase'] }]);
  if (start !== undefined) {
    const message =
      'With a start the adapter belongs to the stock base, with changedBase to what the start made of it; give one of the two.';
    return invalid('START_AND_CHANGED_BASE', message);
  }
  if (base !== undefined) return undefined;
  // By the name that its files tell it would pass for an adapter of the stock model.
  const message = 'An adapter of a changed base belongs to that base; import the changed model, and name it as base.';
  return invalid('CHANGED_BASE_UNNAMED', message);
}

/** Refusals of the catalogue become an answer; the rest is a fault. */
export async function refusable<T>(
  work: () => Promise<T>,
  field: 'source' | 'start' = 'source',
): Promise<T | SourceRefused> {
  try {
    return await work();
  } catch (error) {
    if (isCrucibleError(error) && /^(UPLOAD|IMPORT|HUB)_/.test(error.code)) return new SourceRefused(error, [field]);
    throw error;
  }
}

/** Where the files are, settled: a directory that is there, an upload that is complete, a commit instead of a branch. */
async function pinSource(
  em: EntityManager,
  uploads: UploadStore,
  { upload, directory, hub }: AdapterSourceInput,
  field: 'source' | 'start',
): Promise<ImportSource | InvalidOptions> {
  const nothing = { upload: null, directory: null, repo: null, revision: null, commit: null };
  if (upload) {
    const { id } = await uploads.authorizeImport(em, upload.id, upload.token);
    return { ...nothing, kind: ImportSourceKind.UPLOAD, upload: id };
  }
  if (directory !== undefined && directory !== null) {
    await findInRoot(importRoot(), directory);
    return { ...nothing, kind: ImportSourceKind.DIRECTORY, directory };
  }
  const checked = checkHub(hub!, field);
  if (checked instanceof InvalidOptions) return checked;
  const { repo, revision, token } = checked;
  const settings = hubSettings();
  const request = { ...settings, token: token ?? settings.token, repo };
  const commit = await resolveRevision(request, revision);
  const source: ImportSource = { ...nothing, kind: ImportSourceKind.HUB, repo, revision, commit };
  if (token === undefined) return source;
  // A secret of one request is not put into a queue: the files are fetched while the request is there.
  const staged = await uploads.stage((folder) => fetchFromHub({ ...request, commit, folder, limits: uploads.limits }));
  return { ...source, upload: staged.id };
}

export function checkHub(
  hub: NonNullable<AdapterSourceInput['hub']>,
  root: 'source' | 'start' = 'source',
): { readonly repo: string; readonly revision: string; readonly token: string | undefined } | InvalidOptions {
  const { repo, revision = 'main' } = hub;
  const invalid = (field: string, message: string): InvalidOptions =>
    new InvalidOptions([{ code: 'HUB_NAME_INVALID', message, path: [root, 'hub', field] }]);
  if (!isRepoName(repo)) return invalid('repo', 'The repository is no name of one, such as "owner/name".');
  if (!isRevision(revision)) return invalid('revision', 'The revision is no branch, tag or commit.');
  if (hub.token !== undefined && hub.token !== null && !isHubToken(hub.token)) {
    return invalid('token', 'The token is none of the hub’s, which begin with "hf_".');
  }
  return { repo, revision, token: hub.token ?? undefined };
}

/** Paths of an upload's files, as they were in its archive. */
async function filesOf(em: EntityManager, { upload }: ImportSource): Promise<readonly string[]> {
  if (upload === null) return [];
  const { files } = await em.findOneOrFail(AdapterUpload, { id: upload });
  return files.map(({ name }) => name);
}

/** That of its folder or repository; of an upload, the folder that its configuration or weights lay in. */
function nameOf({ directory, repo }: ImportSource, uploaded: readonly string[]): string {
  const inside =
    uploaded.find((name) => basename(name) === 'adapter_config.json') ??
    uploaded.find((name) => name.endsWith('.safetensors'));
  const folder = inside === undefined ? '' : basename(dirname(inside)).replace(/^\.$/, '');
  const name = directory === null ? (repo ?? folder) : basename(directory.replace(/\/+$/, ''));
  return name.slice(0, serviceLimits.nameLength) || 'imported adapter';
}
