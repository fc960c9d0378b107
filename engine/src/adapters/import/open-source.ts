import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import {
  openSafetensors,
  openTensorFolder,
  type OpenSafetensorsOptions,
  type TensorFile,
  type TensorSource,
} from '../../tensors/index.js';
import { adapterErrors } from '../errors.js';
import { adapterLimits } from '../limits.js';

export const PEFT_CONFIG = 'adapter_config.json';
export const PEFT_WEIGHTS = 'adapter_model.safetensors';

/** The files of an adapter, open: weights if there are any that may be read, and the bytes of its configuration. */
export interface AdapterSource {
  readonly path: string;
  readonly files: readonly { readonly name: string; readonly byteLength: number }[];
  readonly weights?: TensorSource;
  /** `__metadata__` of a single file; empty for shards. */
  readonly metadata: ReadonlyMap<string, string>;
  readonly config?: Uint8Array;
  /** Name of a pickled file that lies where the weights should. Never opened. */
  readonly pickled?: string;
  close(): Promise<void>;
}

const PICKLES = /\.(?:bin|pt|pth|ckpt|pkl)$/i;

/**
 * Opens what a user points at: one safetensors file, a folder that PEFT or diffusers saved (whole or in shards), or a folder with one such folder in
 * it, as PEFT saves adapters that are not called "default". Only plain files of that folder are read; links out of it are refused.
 */
export async function openAdapterSource(path: string, options: OpenSafetensorsOptions = {}): Promise<AdapterSource> {
  options.signal?.throwIfAborted();
  const info = await stat(path).catch((error: unknown) => {
    throw adapterErrors.sourceUnreadable({ file: path, rule: 'there is nothing of that name' }, error);
  });
  if (info.isDirectory()) return openFolder(path, options, 0);
  if (info.isFile()) return openFile(path, info.size, options);
  throw adapterErrors.sourceUnreadable({ file: path, rule: 'it is neither a file nor a folder' });
}

async function openFile(path: string, byteLength: number, options: OpenSafetensorsOptions): Promise<AdapterSource> {
  const files = [{ name: basename(path), byteLength }];
  if (PICKLES.test(path)) return pickledSource(path, files, basename(path));
  return singleSource(path, files, await openSafetensors(path, options));
}

async function openFolder(path: string, options: OpenSafetensorsOptions, depth: number): Promise<AdapterSource> {
  const entries = await readdir(path, { withFileTypes: true });
  if (entries.length > adapterLimits.folderEntries) {
    const rule = `it holds ${entries.length} entries, at most ${adapterLimits.folderEntries} are looked at`;
    throw adapterErrors.sourceUnreadable({ file: path, rule });
  }
  const names = entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name);
  const config = names.includes(PEFT_CONFIG) ? await readConfig(path) : undefined;
  const withConfig = config === undefined ? {} : { config };
  const configFiles = config === undefined ? [] : [{ name: PEFT_CONFIG, byteLength: config.length }];

  const file = chooseFile(path, names);
  if (file !== undefined) {
    await checkInside(path, file);
    const tensors = await openSafetensors(join(path, file), options);
    const files = [...configFiles, { name: file, byteLength: tensors.byteLength }];
    return { ...singleSource(path, files, tensors), ...withConfig };
  }
  const stem = ['adapter_model', 'pytorch_lora_weights'].find((name) =>
    names.includes(`${name}.safetensors.index.json`),
  );
  if (stem !== undefined) {
    await checkInside(path, `${stem}.safetensors.index.json`);
    const folder = await openTensorFolder(path, { ...options, stem });
    const shards = folder.files.map((shard) => ({ name: basename(shard.path), byteLength: shard.byteLength }));
    const files = [...configFiles, ...shards];
    return { path, files, weights: folder, metadata: new Map(), ...withConfig, close: () => folder.close() };
  }
  const pickled = names.filter((name) => PICKLES.test(name)).sort()[0];
  if (pickled !== undefined) return { ...pickledSource(path, configFiles, pickled), ...withConfig };

  const inner = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const holders = depth === 0 ? await keep(inner, (name) => isFile(join(path, name, PEFT_CONFIG))) : [];
  if (holders.length === 1) return openFolder(join(path, holders[0]!), options, depth + 1);
  const rule =
    holders.length > 1
      ? `it holds several adapters, choose one of ${holders.slice(0, 10).join(', ')}`
      : 'it holds no safetensors file';
  throw adapterErrors.sourceUnreadable({ file: path, rule });
}

/** PEFT's name, then diffusers', then the only safetensors file there is. */
function chooseFile(path: string, names: readonly string[]): string | undefined {
  const known = [PEFT_WEIGHTS, 'pytorch_lora_weights.safetensors'].find((name) => names.includes(name));
  if (known !== undefined) return known;
  if (names.some((name) => name.endsWith('.safetensors.index.json'))) return undefined;
  const others = names.filter((name) => name.endsWith('.safetensors')).sort();
  if (others.length <= 1) return others[0];
  const rule = `it holds several safetensors files, choose one of ${others.slice(0, 10).join(', ')}`;
  throw adapterErrors.sourceUnreadable({ file: path, rule });
}

const singleSource = (path: string, files: AdapterSource['files'], tensors: TensorFile): AdapterSource => ({
  path,
  files,
  weights: tensors,
  metadata: tensors.metadata,
  close: () => tensors.close(),
});

const pickledSource = (path: string, files: AdapterSource['files'], pickled: string): AdapterSource => ({
  path,
  files,
  metadata: new Map(),
  pickled,
  close: () => Promise.resolve(),
});

async function readConfig(folder: string): Promise<Uint8Array> {
  await checkInside(folder, PEFT_CONFIG);
  const file = join(folder, PEFT_CONFIG);
  const { size } = await stat(file);
  if (size > adapterLimits.configBytes) {
    const rule = `${PEFT_CONFIG} has ${size} bytes, at most ${adapterLimits.configBytes} are read`;
    throw adapterErrors.sourceUnreadable({ file: folder, rule });
  }
  return readFile(file);
}

/** A link in an unpacked archive could point to any file of the machine, and opening a pipe would wait for ever. */
async function checkInside(folder: string, name: string): Promise<void> {
  const invalid = (rule: string, cause?: unknown): Error =>
    adapterErrors.sourceUnreadable({ file: folder, rule: `${name} ${rule}` }, cause);
  const real = await realpath(join(folder, name)).catch((error: unknown) => {
    throw invalid('is a link to nothing', error);
  });
  if (dirname(real) !== (await realpath(folder))) throw invalid('is a link out of the folder');
  if (!(await isFile(real))) throw invalid('is no plain file');
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (info) => info.isFile(),
    () => false,
  );

async function keep(names: readonly string[], test: (name: string) => Promise<boolean>): Promise<readonly string[]> {
  const kept: string[] = [];
  for (const name of [...names].sort()) if (await test(name)) kept.push(name);
  return kept;
}
