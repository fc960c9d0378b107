import { statisticsErrors } from './errors.js';
import type { StatisticsKind, StatisticsModuleInfo } from './statistics.js';

/**
 * How far gᵢⱼ and gⱼᵢ of a Gram matrix may differ, as a share of √(gᵢᵢ gⱼⱼ). Ours are symmetric to the bit; products of other tools, in float32 over some
 * thousand rows, are off by less than this.
 */
const SYMMETRY = 1e-4;

/** Refuses what no data can give: NaN, infinities, a negative square, a Gram matrix that is not symmetric. */
export function checkValues(
  file: string,
  kind: StatisticsKind,
  { name: module, rows, columns }: StatisticsModuleInfo,
  values: Float32Array,
): void {
  const invalid = (rule: string) => statisticsErrors.valuesInvalid({ file, module, rule });
  const size = rows * columns;
  if (values.length !== size) throw invalid(`it has ${values.length} entries, its shape takes ${size}`);
  const place = (i: number): string => `entry [${Math.floor(i / columns)}, ${i % columns}]`;
  // x - x is 0 for finite numbers and NaN for others: one sum tells for all, without a branch in the loop.
  let sum = 0;
  for (let i = 0; i < size; i += 1) sum += values[i]! - values[i]!;
  if (sum !== 0) {
    const i = values.findIndex((value) => !Number.isFinite(value));
    throw invalid(`${place(i)} is ${values[i]!}, expected a finite number`);
  }
  if (kind === 'FISHER') {
    const i = values.findIndex((value) => value < 0);
    if (i >= 0) throw invalid(`${place(i)} is ${values[i]!}; a mean of squares is not negative`);
    return;
  }
  const lengths = new Float64Array(rows);
  for (let i = 0; i < rows; i += 1) {
    const square = values[i * columns + i]!;
    if (square < 0) throw invalid(`${place(i * columns + i)} is ${square}; a mean of squares is not negative`);
    lengths[i] = Math.sqrt(square);
  }
  for (let i = 0; i < rows; i += 1) {
    for (let j = 0; j < i; j += 1) {
      const [lower, upper] = [values[i * columns + j]!, values[j * columns + i]!];
      if (Math.abs(lower - upper) <= SYMMETRY * lengths[i]! * lengths[j]!) continue;
      throw invalid(`entry [${i}, ${j}] is ${lower} and entry [${j}, ${i}] is ${upper}; a Gram matrix is symmetric`);
    }
  }
}
