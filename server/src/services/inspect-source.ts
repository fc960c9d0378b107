import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EntityManager } from '@mikro-orm/postgresql';
import { CrucibleError } from '@crucible/engine/errors';
import { BaseModel, type AdapterInspection } from '../entities/index.js';
import { fetchFromHub, hubSettings, resolveRevision } from '../imports/index.js';
import { findInRoot, importRoot } from '../imports/import-root.js';
import type { Platform } from '../platform/platform.js';
import { findAdapterFiles, uploadFolder } from '../uploads/index.js';
import { adapterBase } from '../worker/model-folder.js';
import { findById } from './find-by-id.js';
import { checkHub, refusable, type AdapterSourceInput } from './import-adapter.js';
import { InvalidOptions, NotFound, SourceRefused } from './problems.js';

type InspectContext = Pick<Platform, 'home' | 'blobs' | 'uploads' | 'inspector'>;

/** The pre-flight report of an adapter that is not taken in. What is fetched from a hub for it is removed again. */
export async function inspectSource(
  em: EntityManager,
  context: InspectContext,
  input: { readonly source: AdapterSourceInput; readonly base?: string | undefined },
): Promise<AdapterInspection | InvalidOptions | NotFound | SourceRefused> {
  const { home, blobs, inspector } = context;
  const base = input.base === undefined ? null : await findById(em, BaseModel, input.base);
  if (input.base !== undefined && base === null) return new NotFound('base model', input.base, ['base']);
  const weights = base && (await adapterBase(blobs, home, base));
  const look = async (path: string): Promise<AdapterInspection | SourceRefused> => {
    const found = await inspector.inspect({ path, base: weights });
    if ('dialect' in found) return found;
    const { code, message, remedy } = found;
    const error = new CrucibleError({ code, summary: message, remedy: remedy ?? '' }, plain(message, path));
    return new SourceRefused(error, ['source']);
  };
  const { upload, directory, hub } = input.source;
  if (hub) return await lookAtHub(context, hub, look);
  return await refusable(async () => {
    if (upload) {
      const { id } = await context.uploads.authorizeImport(em, upload.id, upload.token);
      return look(await findAdapterFiles(uploadFolder(home, id)));
    }
    return look(await findInRoot(importRoot(), directory ?? ''));
  });
}

async function lookAtHub(
  { uploads }: InspectContext,
  hub: NonNullable<AdapterSourceInput['hub']>,
  look: (path: string) => Promise<AdapterInspection | SourceRefused>,
): Promise<AdapterInspection | InvalidOptions | SourceRefused> {
  const checked = checkHub(hub);
  if (checked instanceof InvalidOptions) return checked;
  return await refusable(async () => {
    const settings = hubSettings();
    const request = { ...settings, token: checked.token ?? settings.token, repo: checked.repo };
    const commit = await resolveRevision(request, checked.revision);
    const folder = await mkdtemp(join(tmpdir(), 'crucible-inspect-'));
    try {
      await fetchFromHub({ ...request, commit, folder, limits: uploads.limits });
      return await look(await findAdapterFiles(folder));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

const plain = (message: string, path: string): string =>
  message.replaceAll(`${path}/`, '').replaceAll(path, 'the adapter');
