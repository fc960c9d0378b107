import { copyFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import type { AdapterFile, AdapterModuleInfo } from './adapter.js';
import { adapterErrors } from './errors.js';
import { commonest } from './commonest.js';
import { PEFT_CONFIG, PEFT_WEIGHTS } from './import/open-source.js';

/**
 * Writes an adapter as a folder that PEFT, and what builds on it, loads: `readPeftFolder` then gives the same modules, ranks and factors to the bit, and
 * scales to one rounding. The weights are the adapter's own file, byte for byte, for its tensors have PEFT's names.
 *
 * Target modules are full paths, so that PEFT adapts these layers and no others; ranks and scales that differ from the commonest stand in rank_pattern and
 * alpha_pattern under full paths too. Refuses a folder that is not empty.
 */
export async function exportPeftFolder(
  adapter: AdapterFile,
  folder: string,
  options: { readonly baseModel?: string } = {},
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { length: got } = await readdir(folder);
  if (got > 0) throw adapterErrors.folderNotEmpty({ file: folder, got });
  const config = JSON.stringify(describe([...adapter.modules.values()], options.baseModel), undefined, 2);
  // The config comes last: a folder without it is not taken for an adapter.
  await put(join(folder, PEFT_WEIGHTS), (temporary) => copyFile(adapter.path, temporary));
  await put(join(folder, PEFT_CONFIG), (temporary) => writeFile(temporary, `${config}\n`));
}

async function put(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await write(temporary);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function describe(modules: readonly AdapterModuleInfo[], baseModel: string | undefined) {
  const rank = commonest(modules.map((module) => module.rank));
  const alpha = commonest(modules.map(alphaOf));
  const pattern = (valueOf: (module: AdapterModuleInfo) => number, usual: number) =>
    Object.fromEntries(
      modules.filter((module) => valueOf(module) !== usual).map((module) => [keyOf(module), valueOf(module)]),
    );
  return {
    peft_type: 'LORA',
    task_type: null,
    base_model_name_or_path: baseModel ?? null,
    inference_mode: true,
    r: rank,
    lora_alpha: alpha,
    rank_pattern: pattern((module) => module.rank, rank),
    alpha_pattern: pattern(alphaOf, alpha),
    target_modules: modules.map((module) => module.name),
    lora_dropout: 0,
    use_rslora: false,
    use_dora: false,
    lora_bias: false,
    fan_in_fan_out: false,
    bias: 'none',
    modules_to_save: null,
    init_lora_weights: true,
  };
}

const alphaOf = ({ scale, rank }: AdapterModuleInfo): number => scale * rank;

/** PEFT matches `^(.*\.)?(KEY)$`; the anchor keeps the key from matching modules whose path merely ends with this one. */
const keyOf = ({ name }: AdapterModuleInfo): string => `^${name.replaceAll('.', '\\.')}`;
