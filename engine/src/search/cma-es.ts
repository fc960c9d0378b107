import { cmaParameters, type CmaParameters } from './cma-parameters.js';
import { symmetricEigen } from './symmetric-eigen.js';

/** A point that was tried, and its value; lower is better. */
export interface Tried {
  readonly point: readonly number[];
  readonly value: number;
}

/**
 * Covariance matrix adaptation (Hansen, "The CMA Evolution Strategy: A Tutorial", arXiv 1604.00772, with its default parameters and without negative
 * weights), in float64. The strategy draws nothing by itself: it is given standard normal numbers, so that the same numbers give the same search.
 */
export class CmaEs {
  readonly parameters: CmaParameters;
  readonly #n: number;
  #mean: Float64Array;
  #sigma: number;
  #generation = 0;
  readonly #covariance: Float64Array[];
  readonly #pathC: Float64Array;
  readonly #pathSigma: Float64Array;
  /** Axes of the search distribution: unit vectors, and their lengths. */
  #axes: readonly Float64Array[];
  #lengths: Float64Array;

  constructor(start: readonly number[], sigma: number) {
    this.#n = start.length;
    this.parameters = cmaParameters(this.#n);
    this.#mean = Float64Array.from(start);
    this.#sigma = sigma;
    this.#pathC = new Float64Array(this.#n);
    this.#pathSigma = new Float64Array(this.#n);
    this.#covariance = start.map((_, i) => Float64Array.from(start, (_s, j) => (i === j ? 1 : 0)));
    this.#axes = this.#covariance.map((row) => row.slice());
    this.#lengths = new Float64Array(this.#n).fill(1);
  }

  get mean(): readonly number[] {
    return [...this.#mean];
  }

  get sigma(): number {
    return this.#sigma;
  }

  /** One generation of points: mean + σ·B·D·z, one point per `dimension` numbers of z. */
  ask(normals: ArrayLike<number>): readonly (readonly number[])[] {
    return Array.from({ length: Math.floor(normals.length / this.#n) }, (_, k) => {
      const point = this.#mean.slice();
      this.#axes.forEach((axis, i) => {
        const step = this.#sigma * this.#lengths[i]! * normals[k * this.#n + i]!;
        for (let j = 0; j < this.#n; j += 1) point[j]! += step * axis[j]!;
      });
      return [...point];
    });
  }

  /** Learns from a whole generation. Points may have been moved (into bounds): they are learnt from as they were tried. */
  tell(tried: readonly Tried[]): void {
    const { weights, effective, cSigma, dSigma, cc, c1, cMu, expectedNorm } = this.parameters;
    const n = this.#n;
    // A stable sort: equal values keep the order in which they were drawn.
    const best = tried.toSorted((x, y) => compare(x.value, y.value)).slice(0, weights.length);
    const steps = best.map(({ point }) => Float64Array.from(point, (x, j) => (x - this.#mean[j]!) / this.#sigma));
    const move = new Float64Array(n);
    steps.forEach((step, k) => step.forEach((y, j) => (move[j]! += weights[k]! * y)));

    this.#mean = this.#mean.map((m, j) => m + this.#sigma * move[j]!);
    const white = this.#whiten(move);
    const growSigma = Math.sqrt(cSigma * (2 - cSigma) * effective);
    for (let j = 0; j < n; j += 1) this.#pathSigma[j] = (1 - cSigma) * this.#pathSigma[j]! + growSigma * white[j]!;
    this.#generation += 1;
    const norm = Math.hypot(...this.#pathSigma);
    // The rank-one path stalls while σ is still growing, or the covariance would blow up on a long slope.
    const settled = norm / Math.sqrt(1 - (1 - cSigma) ** (2 * this.#generation)) < (1.4 + 2 / (n + 1)) * expectedNorm;
    const growC = settled ? Math.sqrt(cc * (2 - cc) * effective) : 0;
    for (let j = 0; j < n; j += 1) this.#pathC[j] = (1 - cc) * this.#pathC[j]! + growC * move[j]!;
    const lost = settled ? 0 : cc * (2 - cc);
    for (let i = 0; i < n; i += 1) {
      for (let j = 0; j < n; j += 1) {
        const rankMu = steps.reduce((sum, step, k) => sum + weights[k]! * step[i]! * step[j]!, 0);
        const row = this.#covariance[i]!;
        row[j] = (1 - c1 - cMu + c1 * lost) * row[j]! + c1 * this.#pathC[i]! * this.#pathC[j]! + cMu * rankMu;
      }
    }
    this.#sigma *= Math.exp((cSigma / dSigma) * (norm / expectedNorm - 1));
    this.#factor();
  }

  /** C^(-1/2)·v, by the axes of the generation that was drawn. */
  #whiten(v: Float64Array): Float64Array {
    const out = new Float64Array(this.#n);
    this.#axes.forEach((axis, i) => {
      const along = axis.reduce((sum, a, j) => sum + a * v[j]!, 0) / this.#lengths[i]!;
      for (let j = 0; j < this.#n; j += 1) out[j]! += along * axis[j]!;
    });
    return out;
  }

  #factor(): void {
    const { values, vectors } = symmetricEigen(this.#covariance);
    this.#axes = vectors;
    // Rounding can leave a tiny negative eigenvalue of a matrix that is positive by construction.
    const floor = Math.max(...values) * 1e-20 || 1e-300;
    this.#lengths = values.map((value) => Math.sqrt(Math.max(value, floor)));
  }
}

const compare = (x: number, y: number): number => (x < y ? -1 : x > y ? 1 : 0);
