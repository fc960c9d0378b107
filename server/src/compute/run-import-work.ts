import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  importAdapter,
  inspectAdapter,
  openAdapter,
  writeFrame,
  type AdapterInspection,
} from '@crucible/engine/adapters';
import { fetchFromHub } from '../imports/fetch-from-hub.js';
import { hubSettings } from '../imports/hub-settings.js';
import { findAdapterFiles } from '../uploads/find-adapter-files.js';
import { adapterFacts } from './adapter-facts.js';
import { checkAgainstBase } from './check-against-base.js';
import type { ComputeContext } from './compute-context.js';
import { describeInspection } from './describe-inspection.js';
import type { ImportResult, ImportWork, WorkSource } from './import-protocol.js';
import { openOwn, type OwnAdapter } from './own-adapter.js';

/** Takes one adapter in; the same files, name and base give the same bytes, and a file of our own stays as it is. Where something stands in the way, says what. */
export async function runImportWork(work: ImportWork, context: ComputeContext): Promise<ImportResult> {
  const { signal, onProgress } = context;
  try {
    const source = await fetchSource(work.source, join(work.scratch, 'adapter'), context);
    const start = work.start === null ? null : await fetchSource(work.start, join(work.scratch, 'start'), context);
    const { dora, changedBase } = work;
    const reading = {
      ...(work.base === null ? {} : { base: work.base }),
      ...(start === null ? {} : { start }),
      dora,
      changedBase,
    };
    const found = await inspectAdapter(source, {
      ...reading,
      signal,
      onProgress: (done, total) => onProgress({ phase: 'INSPECT', done, total }),
    });
    const differences = work.base === null ? [] : await checkAgainstBase(found, work.base);
    const inspection = describeInspection(found, differences, start);
    if (!inspection.importable) return { kind: 'IMPORT', inspection, made: null };
    const { outputPath: path, framePath } = work;
    const own = await openOwn(source, found);
    if (own !== undefined) await copyFile(own.path, path);
    else {
      await importAdapter({
        source,
        outputPath: path,
        name: work.name,
        ...reading,
        ...(work.source.kind === 'HUB' ? { provenance: { repo: work.source.repo, commit: work.source.commit } } : {}),
        signal,
        onProgress: (done, total) => onProgress({ phase: 'IMPORT', done, total }),
      });
    }
    await writeOwnFrame(path, framePath, signal);
    const adapter = await adapterFacts(path);
    return {
      kind: 'IMPORT',
      inspection,
      made: { path, framePath, adapter, base: baseTold(work, found, adapter.manifest.baseDigest, own) },
    };
  } finally {
    await rm(work.scratch, { recursive: true, force: true });
  }
}

async function fetchSource(
  source: WorkSource,
  folder: string,
  { signal, onProgress }: ComputeContext,
): Promise<string> {
  if (source.kind === 'PATH') return source.path;
  await mkdir(folder, { recursive: true });
  await fetchFromHub({
    ...hubSettings(),
    repo: source.repo,
    commit: source.commit,
    folder,
    signal,
    onProgress: (done, total) => onProgress({ phase: 'FETCH', done, total }),
  });
  return findAdapterFiles(folder);
}

/** The base as the adapter names it: by its digest, if a Crucible wrote it, and by name and revision otherwise; one without a name is called after its adapter. */
function baseTold({ name }: ImportWork, { base }: AdapterInspection, digest: string, own: OwnAdapter | undefined) {
  if (own === undefined) {
    return { digest, name: base.name ?? `unnamed base of ${name}`, revision: base.revision ?? null };
  }
  return { digest, name: `base ${digest.slice(0, 12)}`, revision: null };
}

/** The frame that an adapter's own A's make: needed as soon as a second adapter has the same. */
async function writeOwnFrame(path: string, framePath: string, signal: AbortSignal): Promise<void> {
  const adapter = await openAdapter(path);
  try {
    const { baseDigest, rank, scale, targetModules } = adapter.manifest;
    const modules = [...adapter.modules.values()].map(({ name, inFeatures, rank, scale }) => ({
      info: { name, inFeatures, rank, scale },
      a: async () => (await adapter.readFactors(name)).a,
    }));
    await writeFrame(framePath, { baseDigest, rank, scale, targetModules }, modules, { signal });
  } finally {
    await adapter.close();
  }
}
