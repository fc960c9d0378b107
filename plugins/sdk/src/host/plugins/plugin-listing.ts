import type { Plugin, PluginManifest } from '../../contract/plugin.js';

interface Described {
  /** Name of the npm package. */
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  readonly licence?: string;
  /** Folder of the package. */
  readonly path: string;
  readonly manifest?: PluginManifest;
}

/** A package that announces itself as a plugin, as far as can be told without running its code. */
export interface PluginListing extends Described {
  readonly status: 'FOUND' | 'INCOMPATIBLE' | 'FAILED';
  /** Why it is not usable: a code of the catalogue, and a sentence. */
  readonly code?: string;
  readonly reason?: string;
}

/** A plugin whose code was imported and is what its manifest announced. */
export interface LoadedPlugin extends Described {
  readonly status: 'LOADED';
  readonly manifest: PluginManifest;
  readonly plugin: Plugin;
}
