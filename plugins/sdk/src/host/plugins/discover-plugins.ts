import { readdir, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isCrucibleError } from '@crucible/engine/errors';
import { satisfies } from 'semver';
import type { PluginManifest } from '../../contract/plugin.js';
import { pluginErrors } from '../../errors.js';
import { SDK_VERSION } from '../../sdk-version.js';
import { manifestSchema, type PackageJson } from './manifest-schema.js';
import { pluginLimits } from './plugin-limits.js';
import type { PluginListing } from './plugin-listing.js';
import { findPackage, readPackage } from './read-package.js';

export interface DiscoveryOptions {
  /** Folder of the host package: its dependencies are looked through. */
  readonly root: string;
  /** A folder of packages, `<folder>/<name>` or `<folder>/@scope/<name>`, that are plugins without being dependencies. */
  readonly folder?: string;
  /** Version of the SDK that manifests are checked against; this one, unless a test says otherwise. */
  readonly sdkVersion?: string;
}

/**
 * Lists every package with a `"crucible"` key, sorted by name, without running any of its code. What is wrong with one package is
 * written on its listing and harms no other. Of two packages that announce one strategy, the first keeps it: a dependency before a
 * package of the folder, then by name.
 */
export async function discoverPlugins(options: DiscoveryOptions): Promise<readonly PluginListing[]> {
  const host = await readPackage(options.root);
  const names = Object.keys({ ...host?.dependencies, ...host?.optionalDependencies }).sort();
  const installed = await Promise.all(names.map((name) => findPackage(name, options.root)));
  const folders = [
    ...new Set([...installed.filter((path) => path !== undefined), ...(await listFolder(options.folder))]),
  ];
  if (folders.length > pluginLimits.packages) {
    const problem = `${folders.length} packages are installed; at most ${pluginLimits.packages} are looked through`;
    throw pluginErrors.invalidManifest({ package: options.root, problem });
  }
  const listings = await Promise.all(folders.map((path) => list(path, options.sdkVersion ?? SDK_VERSION)));
  return refuseDuplicates(listings.filter((listing) => listing !== undefined)).toSorted((a, b) =>
    compare(a.name, b.name),
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

async function listFolder(folder: string | undefined): Promise<readonly string[]> {
  if (folder === undefined) return [];
  const entries = await readdir(folder).catch(() => []);
  const paths = await Promise.all(
    entries.sort().map((entry) => (entry.startsWith('@') ? listFolder(join(folder, entry)) : [join(folder, entry)])),
  );
  return Promise.all(paths.flat().map((path) => realpath(path)));
}

async function list(path: string, sdk: string): Promise<PluginListing | undefined> {
  let found: PackageJson | undefined;
  try {
    found = await readPackage(path);
    if (found?.crucible === undefined) return undefined;
    const manifest = parseManifest(found.name, found.crucible);
    const listing = { ...describe(found, path), manifest };
    if (satisfies(sdk, manifest.sdk, { includePrerelease: true })) return { ...listing, status: 'FOUND' };
    const error = pluginErrors.incompatible({ package: found.name, range: manifest.sdk, sdk });
    return { ...listing, status: 'INCOMPATIBLE', code: error.code, reason: error.message };
  } catch (error) {
    if (!isCrucibleError(error)) throw error;
    const described = found ? describe(found, path) : { name: basename(path), version: '0.0.0', path };
    return { ...described, status: 'FAILED', code: error.code, reason: error.message };
  }
}

function describe(
  found: PackageJson,
  path: string,
): Pick<PluginListing, 'name' | 'version' | 'path'> & Partial<PluginListing> {
  return {
    name: found.name,
    version: found.version,
    path,
    ...(found.description === undefined ? {} : { description: found.description }),
    ...(found.license === undefined ? {} : { licence: found.license }),
  };
}

function parseManifest(name: string, raw: unknown): PluginManifest {
  const parsed = manifestSchema.safeParse(raw);
  if (parsed.success) {
    const { adapterMethods, evaluators, ...rest } = parsed.data;
    return { ...rest, ...(adapterMethods && { adapterMethods }), ...(evaluators && { evaluators }) };
  }
  const [issue] = parsed.error.issues;
  const problem = `"crucible${issue?.path.length ? `.${issue.path.join('.')}` : ''}": ${issue?.message ?? 'invalid'}`;
  throw pluginErrors.invalidManifest({ package: name, problem });
}

/** Decided on manifests, so that no code of the second package runs. */
function refuseDuplicates(listings: readonly PluginListing[]): readonly PluginListing[] {
  const holders = new Map<string, string>();
  return listings.map((listing) => {
    if (listing.status !== 'FOUND') return listing;
    const ids = [
      ...listing.manifest!.strategies.map((id) => ['strategy', id] as const),
      ...(listing.manifest!.adapterMethods ?? []).map((id) => ['adapter method', id] as const),
      ...(listing.manifest!.evaluators ?? []).map((id) => ['evaluator', id] as const),
    ];
    const taken = ids.find(([kind, id]) => holders.has(`${kind} ${id}`));
    if (taken === undefined) {
      ids.forEach(([kind, id]) => holders.set(`${kind} ${id}`, listing.name));
      return listing;
    }
    const [kind, id] = taken;
    const error = pluginErrors.duplicateId({ package: listing.name, kind, id, holder: holders.get(`${kind} ${id}`)! });
    return { ...listing, status: 'FAILED', code: error.code, reason: error.message };
  });
}
