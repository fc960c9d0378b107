import {
  createMatrix,
  multiply,
  multiplyByTranspose,
  sliceColumns,
  sliceRows,
  transpose,
  type Matrix,
} from '@crucible/engine/algebra';
import type { UnitPool } from './collect-units.js';
import type { Turn } from './take-turns.js';

/** Multiplications of one piece of work: some ten milliseconds. */
const PIECE = 1 << 25;

/** Inner products `[count, count]` of all units as points [a_j, b_j], in float64: some rows at a time, for thousands of wide units take a while. */
export async function unitProducts({ a, b }: Pick<UnitPool, 'a' | 'b'>, turn: Turn, piece = PIECE): Promise<Matrix> {
  const count = a.rows;
  const products = createMatrix(count, count);
  const step = Math.max(1, Math.floor(piece / (count * (a.columns + b.rows))));
  for (let from = 0; from < count; from += step) {
    const to = Math.min(count, from + step);
    const ofA = multiplyByTranspose(sliceRows(a, from, to), a).data;
    const ofB = multiply(transpose(sliceColumns(b, from, to)), b).data;
    for (let at = 0; at < ofA.length; at += 1) products.data[from * count + at] = ofA[at]! + ofB[at]!;
    await turn();
  }
  return products;
}
