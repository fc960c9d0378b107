import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EntityManager } from '@mikro-orm/postgresql';
import { CrucibleError } from '@crucible/engine/errors';
import { BaseModel, DoraImport, type AdapterInspection } from '../entities/index.js';
import { fetchFromHub, hubSettings, resolveRevision } from '../imports/index.js';
import { findInRoot, importRoot } from '../imports/import-root.js';
import type { Platform } from '../platform/platform.js';
import { findAdapterFiles, uploadFolder } from '../uploads/index.js';
import { adapterBase } from '../worker/model-folder.js';
import { findById } from './find-by-id.js';
import {
  checkHub,
  checkReading,
  refusable,
  type AdapterReadingInput,
  type AdapterSourceInput,
} from './import-adapter.js';
import { InvalidOptions, NotFound, SourceRefused } from './problems.js';

type InspectContext = Pick<Platform, 'home' | 'blobs' | 'uploads' | 'inspector'>;

type Refusal = InvalidOptions | SourceRefused;

/** The pre-flight report of an adapter that is not taken in. What is fetched from a hub for it is removed again. */
export async function inspectSource(
  em: EntityManager,
  context: InspectContext,
  input: AdapterReadingInput,
): Promise<AdapterInspection | InvalidOptions | NotFound | SourceRefused> {
  const { home, blobs, inspector } = context;
  const base = input.base === undefined ? null : await findById(em, BaseModel, input.base);
  if (input.base !== undefined && base === null) return new NotFound('base model', input.base, ['base']);
  const contrary = checkReading(input);
  if (contrary) return contrary;
  const weights = base && (await adapterBase(blobs, home, base));
  const { dora = DoraImport.REFUSE, changedBase = false, start: before } = input;
  const look = (path: string, start: string | null): Promise<AdapterInspection | Refusal> =>
    refusable(async () => {
      const found = await inspector.inspect({ path, start, base: weights, dora, changedBase });
      if ('dialect' in found) return found;
      const { code, message, remedy } = found;
      const shown = plain(message, path, start);
      return new SourceRefused(new CrucibleError({ code, summary: message, remedy: remedy ?? '' }, shown), ['source']);
    });
  return await withFiles(em, context, input.source, 'source', (path) =>
    before === undefined
      ? look(path, null)
      : withFiles(em, context, before, 'start', (start: string) => look(path, start)),
  );
}

/** Does something with the files of a source, where they are; what is fetched from a hub is gone afterwards. */
async function withFiles<T>(
  em: EntityManager,
  { home, uploads }: InspectContext,
  { upload, directory, hub }: AdapterSourceInput,
  field: 'source' | 'start',
  use: (path: string) => Promise<T>,
): Promise<T | Refusal> {
  if (hub) {
    const checked = checkHub(hub, field);
    if (checked instanceof InvalidOptions) return checked;
    const folder = await mkdtemp(join(tmpdir(), 'crucible-inspect-'));
    try {
      const path = await refusable(async () => {
        const settings = hubSettings();
        const request = { ...settings, token: checked.token ?? settings.token, repo: checked.repo };
        const commit = await resolveRevision(request, checked.revision);
        await fetchFromHub({ ...request, commit, folder, limits: uploads.limits });
        return await findAdapterFiles(folder);
      }, field);
      return path instanceof SourceRefused ? path : await use(path);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  const path = await refusable(async () => {
    if (!upload) return await findInRoot(importRoot(), directory ?? '');
    const { id } = await uploads.authorizeImport(em, upload.id, upload.token);
    return await findAdapterFiles(uploadFolder(home, id));
  }, field);
  return path instanceof SourceRefused ? path : await use(path);
}

/** Without the server's own folders. */
function plain(message: string, path: string, start: string | null): string {
  const own = message.replaceAll(`${path}/`, '').replaceAll(path, 'the adapter');
  return start === null ? own : own.replaceAll(`${start}/`, '').replaceAll(start, 'the start');
}
