// Reads the golden cases of PEFT that lie beside the engine's tests: what PEFT 0.21.0 made of small adapters, and the exact answer in float64.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openSafetensors } from '../../engine/dist/tensors/index.js';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const goldenPeft = join(root, 'engine/golden/peft');

const readCase = (name) => JSON.parse(readFileSync(join(goldenPeft, name, 'case.json'), 'utf8'));

export const peftCases = readdirSync(goldenPeft)
  .filter((name) => !name.startsWith('_') && name !== 'README.md')
  .sort()
  .map(readCase);

/** Adapters and base of a case, as paths. */
export const pathsOf = ({ name, inputs }) => {
  const resolve = (path) => join(goldenPeft, name, path.split('#')[0]);
  return { adapters: (inputs.adapters ?? [inputs.adapter]).map(resolve), base: resolve(inputs.base) };
};

/** Tensors of a safetensors file under a prefix, in float64, by what follows it. */
export async function readTensors(path, prefix = '') {
  const file = await openSafetensors(path);
  try {
    const found = new Map();
    for (const name of file.tensors.keys()) {
      if (name.startsWith(prefix))
        found.set(name.slice(prefix.length), Float64Array.from(await file.readFloat32(name)));
    }
    return found;
  } finally {
    await file.close();
  }
}

export const readExpected = ({ name }, prefix) => readTensors(join(goldenPeft, name, 'expected.safetensors'), prefix);

/** Token ids of the logits, as rows. */
export async function readIds(model) {
  const file = await openSafetensors(join(goldenPeft, '_inputs/input_ids.safetensors'));
  try {
    const [rows, columns] = file.info(model).shape;
    const ids = new BigInt64Array((await file.read(model)).buffer);
    return Array.from({ length: rows }, (_, i) => [...ids.subarray(i * columns, (i + 1) * columns)].map(Number));
  } finally {
    await file.close();
  }
}

/** ‖got - right‖ / ‖right‖ over all tensors of `right`; a tensor that is not there counts as zeros. */
export function relativeError(got, right) {
  let [distance, size] = [0, 0];
  for (const [name, values] of right) {
    const own = got.get(name);
    values.forEach((value, at) => {
      distance += ((own?.[at] ?? 0) - value) ** 2;
      size += value ** 2;
    });
  }
  return Math.sqrt(distance / size);
}
