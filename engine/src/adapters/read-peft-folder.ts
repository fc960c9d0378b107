import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openSafetensors, type OpenSafetensorsOptions } from '../tensors/index.js';
import type { AdapterFactors, AdapterModuleInfo } from './adapter.js';
import { adapterErrors } from './errors.js';
import { adapterLimits } from './limits.js';
import { collectModules, factorName, readFactor } from './module-tensors.js';
import { parsePeftConfig, type PeftConfig } from './peft-config.js';
import { matchPatterns } from './peft-pattern.js';

/** A plain LoRA adapter as PEFT saved it. */
export interface PeftAdapter {
  readonly path: string;
  readonly config: PeftConfig;
  /** Sorted by name, each with its own rank and scale. */
  readonly modules: ReadonlyMap<string, AdapterModuleInfo>;
  readFactors(module: string): Promise<AdapterFactors>;
  close(): Promise<void>;
}

export const PEFT_CONFIG = 'adapter_config.json';
export const PEFT_WEIGHTS = 'adapter_model.safetensors';

/**
 * Opens a folder that PEFT saved, if it holds plain LoRA over linear layers; everything else is refused with the reason, and pickles are never opened.
 * Scale: alpha / r, or alpha / √r with rsLoRA, r and alpha from the first pattern that matches the module. The ranks of the stored factors must be those
 * of the config.
 */
export async function readPeftFolder(path: string, options: OpenSafetensorsOptions = {}): Promise<PeftAdapter> {
  const configPath = join(path, PEFT_CONFIG);
  const config = parsePeftConfig(configPath, await readConfig(configPath));
  const weights = join(path, PEFT_WEIGHTS);
  if (!(await isFile(weights)) && (await isFile(join(path, 'adapter_model.bin')))) {
    throw adapterErrors.pickleRefused({ file: path });
  }
  const tensors = await openSafetensors(weights, options);
  try {
    const shapes = collectModules(weights, tensors);
    const names = shapes.map(({ name }) => name);
    const ranks = matchPatterns(configPath, config.rankPattern, names);
    const alphas = matchPatterns(configPath, config.alphaPattern, names);
    const modules = new Map<string, AdapterModuleInfo>();
    for (const shape of shapes) {
      const rank = ranks.get(shape.name) ?? config.rank;
      if (rank !== shape.rank) {
        const rule = `its factors have rank ${shape.rank}, ${PEFT_CONFIG} says ${rank}`;
        throw adapterErrors.moduleInvalid({ file: weights, module: shape.name, rule });
      }
      const alpha = alphas.get(shape.name) ?? config.alpha;
      modules.set(shape.name, { ...shape, scale: alpha / (config.useRsLora ? Math.sqrt(rank) : rank) });
    }
    return {
      path,
      config,
      modules,
      async readFactors(module) {
        if (!modules.has(module)) throw adapterErrors.moduleUnknown({ file: weights, module });
        const a = await readFactor(weights, tensors, factorName(module, 'A'));
        const b = await readFactor(weights, tensors, factorName(module, 'B'));
        return { a, b };
      },
      close: () => tensors.close(),
    };
  } catch (error) {
    await tensors.close();
    throw error;
  }
}

async function readConfig(file: string): Promise<Uint8Array> {
  const info = await stat(file).catch((error: unknown) => {
    throw adapterErrors.peftConfigInvalid({ file, rule: 'the file is not there' }, error);
  });
  if (info.size > adapterLimits.configBytes) {
    const rule = `it has ${info.size} bytes, at most ${adapterLimits.configBytes} are read`;
    throw adapterErrors.peftConfigInvalid({ file, rule });
  }
  return readFile(file);
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (info) => info.isFile(),
    () => false,
  );
}
