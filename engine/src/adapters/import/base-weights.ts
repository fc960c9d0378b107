import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  isJsonObject,
  openTensorFolder,
  parseStrictJson,
  type OpenSafetensorsOptions,
  type TensorInfo,
  type TensorSource,
} from '../../tensors/index.js';
import { renamedModule } from '../../models/vit/renamed-module.js';
import { adapterErrors } from '../errors.js';
import { adapterLimits } from '../limits.js';

/** The weights of a base model, found by the names that adapters use for them. */
export interface BaseWeights {
  readonly source: TensorSource;
  /** The base's tensor of a parameter such as `model.layers.0.mlp.up_proj.weight`; `tied` where the base stores it under another name only. */
  find(parameter: string): BaseTensor | undefined;
  /** Paths of all layers with a weight: what underscored names may stand for. */
  readonly layers: readonly string[];
  close(): Promise<void>;
}

export interface BaseTensor {
  readonly info: TensorInfo;
  readonly tied: boolean;
}

const EMBEDDINGS = /(?:^|\.)(?:embed_tokens|wte|word_embeddings|tok_embeddings|shared|embed_in)\.weight$/;
const OUTPUTS = /(?:^|\.)(?:lm_head|output|embed_out)\.weight$/;

/**
 * Opens a Hugging Face model folder. Checkpoints name a layer as the whole model does or as its inner model does (`transformer.h.0` or `h.0`): a
 * parameter is found under its own name, or else under the one name that ends with it, or that it ends with, between dots; names that transformers has
 * changed in memory, and not in files, count as those of the files.
 */
export async function openBaseWeights(folder: string, options: OpenSafetensorsOptions = {}): Promise<BaseWeights> {
  const tiedByDefault = await readTied(folder);
  const source = await openTensorFolder(folder, options);
  const names = [...source.tensors.keys()];
  const bySuffix = suffixIndex(names);
  const find = (named: string): BaseTensor | undefined => {
    const own = source.tensors.get(named);
    if (own !== undefined) return { info: own, tied: false };
    const parameter = renamedModule(named);
    const renamed = source.tensors.get(parameter);
    if (renamed !== undefined) return { info: renamed, tied: false };
    const outer = bySuffix.get(parameter);
    if (outer?.length === 1) return { info: source.info(outer[0]!), tied: false };
    for (let dot = parameter.indexOf('.'); dot >= 0; dot = parameter.indexOf('.', dot + 1)) {
      const inner = parameter.slice(dot + 1);
      // One part alone, as in "weight", would fit anything.
      if (!inner.includes('.')) break;
      const info = source.tensors.get(inner);
      if (info !== undefined) return { info, tied: false };
    }
    if (!tiedByDefault || !OUTPUTS.test(parameter)) return undefined;
    const embeddings = names.filter((name) => EMBEDDINGS.test(name));
    return embeddings.length === 1 ? { info: source.info(embeddings[0]!), tied: true } : undefined;
  };
  const layers = names.filter((name) => name.endsWith('.weight')).map((name) => name.slice(0, -'.weight'.length));
  return { source, find, layers, close: () => source.close() };
}

/** Names by all their ends between dots, the whole name left out. */
function suffixIndex(names: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const index = new Map<string, string[]>();
  for (const name of names) {
    for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
      const suffix = name.slice(dot + 1);
      const known = index.get(suffix);
      if (known === undefined) index.set(suffix, [name]);
      else known.push(name);
    }
  }
  return index;
}

/** Whether the model shares embedding and output; transformers takes that for granted where config.json is silent. */
async function readTied(folder: string): Promise<boolean> {
  const file = join(folder, 'config.json');
  const info = await stat(file).catch(() => undefined);
  if (info === undefined) return true;
  if (info.size > adapterLimits.configBytes) {
    const rule = `config.json has ${info.size} bytes, at most ${adapterLimits.configBytes} are read`;
    throw adapterErrors.sourceUnreadable({ file: folder, rule });
  }
  const bytes = await readFile(file);
  const config = parseStrictJson(file, bytes);
  return isJsonObject(config) && config.get('tie_word_embeddings') !== false;
}
