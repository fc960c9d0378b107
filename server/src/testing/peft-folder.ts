import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { PackedFile } from './archives.js';

/** Adapters as PEFT 0.21.0 saves them, over a tiny Llama; see golden/README.md. */
export type GoldenPeft = 'eq-a' | 'eq-b' | 'mix-b' | 'frame-a' | 'frame-b' | 'dora-a';

const folder = fileURLToPath(new URL('../../golden/peft/', import.meta.url));

/** The two files that make up a PEFT folder. */
export function readGoldenPeft(name: GoldenPeft, prefix = ''): readonly PackedFile[] {
  return ['adapter_config.json', 'adapter_model.safetensors'].map((file) => ({
    name: prefix + file,
    bytes: readFileSync(`${folder}${name}/${file}`),
  }));
}
