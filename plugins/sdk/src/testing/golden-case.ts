import { openSafetensors } from '@crucible/engine/tensors';
import { readFile } from 'node:fs/promises';
import type { TestMatrix } from './fuse-matrices.js';

/** A case of the golden fixtures: what a published implementation made of small random data, and how near to it float32 arithmetic must come. */
export interface GoldenCase {
  readonly name: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly inputs: Readonly<Record<string, string>>;
  readonly expected?: string;
  readonly tolerance: { readonly atol: number; readonly rtol: number };
}

/** Reads `<folder>/<name>/case.json`. */
export async function readGoldenCase(folder: URL, name: string): Promise<GoldenCase> {
  return JSON.parse(await readFile(new URL(`${name}/case.json`, folder), 'utf8')) as GoldenCase;
}

/** Tensors whose names begin with `prefix`, by the rest of the name; a vector is a matrix of one row. `path` is relative to the case's folder. */
export async function readGoldenTensors(
  folder: URL,
  name: string,
  path: string,
  prefix = '',
): Promise<Map<string, TestMatrix>> {
  const file = await openSafetensors(new URL(`${name}/${path}`, folder).pathname);
  const tensors = new Map<string, TestMatrix>();
  for (const tensor of file.tensors.values()) {
    if (!tensor.name.startsWith(prefix)) continue;
    const columns = tensor.shape.at(-1) ?? 1;
    const data =
      tensor.dtype === 'U8'
        ? Float32Array.from(await file.readUint8(tensor.name))
        : await file.readFloat32(tensor.name);
    tensors.set(tensor.name.slice(prefix.length), { rows: data.length / columns, columns, data });
  }
  await file.close();
  return tensors;
}

/** Task vectors of each module, one per adapter: `task0/…` as they are, or `model0/…` minus `base/…`, subtracted in float32. */
export async function readTaskVectors(
  folder: URL,
  { name, inputs }: GoldenCase,
): Promise<{ readonly modules: Map<string, readonly TestMatrix[]>; readonly base?: Map<string, TestMatrix> }> {
  const path = inputs['taskVectors'] ?? inputs['models'] ?? '';
  const stem = inputs['taskVectors'] === undefined ? 'model' : 'task';
  const base = stem === 'model' ? await readGoldenTensors(folder, name, path, 'base/') : undefined;
  const modules = new Map<string, TestMatrix[]>();
  for (let i = 0; ; i += 1) {
    const own = await readGoldenTensors(folder, name, path, `${stem}${i}/`);
    if (own.size === 0) break;
    for (const [module, matrix] of own) {
      const origin = base?.get(module);
      const data = origin ? matrix.data.map((value, at) => value - origin.data[at]!) : matrix.data;
      modules.set(module, [...(modules.get(module) ?? []), { ...matrix, data }]);
    }
  }
  return base === undefined || base.size === 0 ? { modules } : { modules, base };
}

/** By how much the worst entry is outside of the tolerance; 0 or less where all are inside, infinite where a tensor is missing or misshaped. */
export function excessOver(
  { tolerance: { atol, rtol } }: GoldenCase,
  got: ReadonlyMap<string, ArrayLike<number>>,
  expected: ReadonlyMap<string, TestMatrix>,
  base?: ReadonlyMap<string, TestMatrix>,
): number {
  let excess = expected.size === 0 ? Infinity : -Infinity;
  for (const [module, { data }] of expected) {
    const own = got.get(module);
    if (own?.length !== data.length) return Infinity;
    const origin = base?.get(module)?.data;
    data.forEach((value, i) => {
      const over = Math.abs(own[i]! + (origin?.[i] ?? 0) - value) - atol - rtol * Math.abs(value);
      excess = Number.isNaN(over) ? Infinity : Math.max(excess, over);
    });
  }
  return excess;
}
