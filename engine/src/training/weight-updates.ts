import { adapterLimits } from '../adapters/index.js';
import type { Parameter } from '../models/index.js';
import { moduleOf } from './choose-parameters.js';
import { trainingErrors } from './errors.js';
import type { LearningProblem } from './learning-problem.js';
import type { TrainedUpdate, TrainedUpdates } from './trained-updates.js';

/**
 * Changes of whole parameters as updates of full rank, ΔW = ΔW·I or I·ΔW, whichever has the smaller rank: the same bits, and everything that works on
 * adapters (fusion in delta space, scoring, export) works on them. A parameter that did not change is left out.
 *
 * @throws trainingErrors.deltaTooLarge
 */
export function weightUpdates(
  problem: Pick<LearningProblem, 'parameters' | 'linearLayers'>,
  names: readonly string[],
  values: (name: string) => Float32Array,
): TrainedUpdates {
  const updates = new Map<string, TrainedUpdate>();
  const moved = names.filter((name) => values(name).some((value) => value !== 0));
  for (const name of moved.length > 0 ? moved : names) {
    const [module, update] = wholeUpdate(name, problem, values(name));
    updates.set(module, update);
  }
  return new Map([...updates].sort(([x], [y]) => (x < y ? -1 : 1)));
}

function wholeUpdate(
  name: string,
  { parameters, linearLayers }: Pick<LearningProblem, 'parameters' | 'linearLayers'>,
  delta: Float32Array,
): [string, TrainedUpdate] {
  const { shape } = parameters.get(name) as Parameter;
  const module = moduleOf(name);
  if (shape.length <= 1) {
    const a = Float32Array.of(1);
    const vector = { a, b: delta.slice(), rank: 1, scale: 1, layout: 'VECTOR' } as const;
    return name.endsWith('.weight') ? [module, vector] : [name, { ...vector, parameter: 'BIAS' }];
  }
  const [rows, ...rest] = shape as [number, ...number[]];
  const columns = rest.reduce((product, side) => product * side, 1);
  checkSize(name, Math.min(rows, columns), delta.length);
  if (shape.length === 4) {
    return [module, { ...withIdentity(delta, rows, columns), layout: 'CONV2D', kernel: [rest[1]!, rest[2]!] }];
  }
  if (linearLayers.has(module)) return [module, withIdentity(delta, rows, columns)];
  return [module, { ...withIdentity(turned(delta, rows, columns), columns, rows), layout: 'EMBEDDING' }];
}

function checkSize(name: string, rank: number, entries: number): void {
  const { fullUpdateRank, fullUpdateElements } = adapterLimits;
  if (rank <= fullUpdateRank && entries <= fullUpdateElements) return;
  throw trainingErrors.deltaTooLarge({
    name,
    rank,
    entries,
    mostRank: fullUpdateRank,
    mostEntries: fullUpdateElements,
  });
}

/** `delta` is `[out, in]`. */
function withIdentity(delta: Float32Array, outputs: number, inputs: number): TrainedUpdate {
  const rank = Math.min(outputs, inputs);
  const identity = new Float32Array(rank * rank);
  for (let i = 0; i < rank; i += 1) identity[i * rank + i] = 1;
  const whole = delta.slice();
  return inputs <= outputs ? { a: identity, b: whole, rank, scale: 1 } : { a: whole, b: identity, rank, scale: 1 };
}

function turned(values: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let i = 0; i < rows; i += 1) for (let j = 0; j < columns; j += 1) out[j * rows + i] = values[i * columns + j]!;
  return out;
}
