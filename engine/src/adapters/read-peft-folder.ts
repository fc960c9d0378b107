import type { OpenSafetensorsOptions } from '../tensors/index.js';
import type { AdapterFactors, AdapterModuleInfo } from './adapter.js';
import { adapterErrors } from './errors.js';
import { openBaseWeights } from './import/base-weights.js';
import type { AdapterFacts } from './import/inspection.js';
import { interpret } from './import/interpret.js';
import { openAdapterSource } from './import/open-source.js';

/** An adapter as PEFT saved it, opened in place. */
export interface PeftAdapter {
  readonly path: string;
  readonly facts: AdapterFacts;
  readonly base: { readonly name?: string; readonly revision?: string };
  readonly targets: readonly string[];
  /** Sorted by name, each with its own rank, scale and layout. */
  readonly modules: ReadonlyMap<string, AdapterModuleInfo>;
  /** ΔW = scale·B·A of the linear map, in every layout. */
  readFactors(module: string): Promise<AdapterFactors>;
  close(): Promise<void>;
}

export interface ReadPeftFolderOptions extends OpenSafetensorsOptions {
  /** Folder of the base's weights: needed for tensors that were trained whole. */
  readonly base?: string;
}

/**
 * Opens an adapter without importing it, if it can be imported; everything else is refused with the report's reasons: `ADAPTER_IMPORT_REFUSED`. Pickles are
 * never opened.
 */
export async function readPeftFolder(path: string, options: ReadPeftFolderOptions = {}): Promise<PeftAdapter> {
  const source = await openAdapterSource(path, options);
  let base;
  try {
    base = options.base === undefined ? undefined : await openBaseWeights(options.base, options);
    const read = await interpret(source, base, options);
    if (read.blockers.length > 0) throw adapterErrors.importRefused({ file: path, blockers: read.blockers });
    const modules = new Map(read.modules.map((module) => [module.info.name, module]));
    const opened = base;
    return {
      path,
      facts: read.facts,
      base: read.base,
      targets: read.targets,
      modules: new Map(read.modules.map(({ info }) => [info.name, info])),
      async readFactors(module) {
        const found = modules.get(module);
        if (found === undefined) throw adapterErrors.moduleUnknown({ file: path, module });
        return found.readFactors();
      },
      async close() {
        await source.close();
        await opened?.close();
      },
    };
  } catch (error) {
    await source.close();
    await base?.close();
    throw error;
  }
}
