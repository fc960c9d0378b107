import { createMatrix, type LowRank, type Matrix } from '@crucible/engine/algebra';
import { createKeyedRandom } from '@crucible/engine/random';

const random = createKeyedRandom(20_261_123);

export interface RandomUpdateOptions {
  readonly rank: number;
  readonly outFeatures?: number;
  readonly inFeatures?: number;
  readonly scale?: number;
}

/** An update in float64 with normal factors that depend on the key alone. */
export function randomUpdate(
  key: string,
  { rank, outFeatures = 24, inFeatures = 18, scale = 1 }: RandomUpdateOptions,
): LowRank {
  return { b: randomMatrix(`${key}-b`, outFeatures, rank), a: randomMatrix(`${key}-a`, rank, inFeatures), scale };
}

export function randomMatrix(key: string, rows: number, columns: number): Matrix {
  return createMatrix(rows, columns, Float64Array.from(random.normal([key], rows * columns)));
}

/** The same ΔW from other factors, (B·G, G⁻¹·A), G a product of shears and stretches so that its inverse is exact to rounding. */
export function regauge({ b, a, scale }: LowRank, key: string): LowRank {
  const rank = b.columns;
  const left = createMatrix(b.rows, rank, b.data.slice());
  const right = createMatrix(rank, a.columns, a.data.slice());
  const draws = random.uniform([key], rank * rank + rank);
  for (let i = 0; i < rank; i += 1) {
    for (let j = 0; j < rank; j += 1) if (i !== j) shear(left, right, i, j, draws[i * rank + j]! - 0.5);
    stretch(left, right, i, (i % 2 === 0 ? 1 : -1) * (0.5 + draws[rank * rank + i]!));
  }
  return { b: left, a: right, scale };
}

/** B·(1 + c·e_i·e_jᵀ) and (1 - c·e_i·e_jᵀ)·A. */
function shear(b: Matrix, a: Matrix, i: number, j: number, c: number): void {
  for (let row = 0; row < b.rows; row += 1) b.data[row * b.columns + j]! += c * b.data[row * b.columns + i]!;
  for (let column = 0; column < a.columns; column += 1) {
    a.data[i * a.columns + column]! -= c * a.data[j * a.columns + column]!;
  }
}

function stretch(b: Matrix, a: Matrix, i: number, c: number): void {
  for (let row = 0; row < b.rows; row += 1) b.data[row * b.columns + i]! *= c;
  for (let column = 0; column < a.columns; column += 1) a.data[i * a.columns + column]! /= c;
}
