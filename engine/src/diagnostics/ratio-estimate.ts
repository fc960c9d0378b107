/** Half the width of a 95 % interval of a normal distribution, in standard deviations. */
const NORMAL_95 = 1.959963984540054;

export interface Ratio {
  /** Σy / Σx; 0 where there is nothing to divide by. */
  readonly value: number;
  /** Half the width of its 95 % confidence interval; 0 where every row was looked at. */
  readonly margin: number;
}

/**
 * Σy / Σx over rows of several modules, from all rows or from some rows of each, drawn evenly: the combined ratio estimate of stratified samples with
 * its linearized variance (Cochran, "Sampling techniques", 1977, section 6.11). A row is one draw, since its entries share a factor row and are alike.
 */
export class RatioEstimate {
  #y = 0;
  #x = 0;
  #yy = 0;
  #xy = 0;
  #xx = 0;

  /** One module: what its rows add up to. `rows` of its `height` were looked at. */
  add(y: Float64Array, x: Float64Array, height: number): void {
    const rows = y.length;
    if (rows === 0) return;
    let [sumY, sumX] = [0, 0];
    for (let i = 0; i < rows; i += 1) {
      sumY += y[i]!;
      sumX += x[i]!;
    }
    this.#y += (sumY * height) / rows;
    this.#x += (sumX * height) / rows;
    if (rows === height) return;
    // One row of many tells nothing of their spread: as if it were all of the value.
    if (rows === 1) {
      this.#yy += (sumY * height) ** 2;
      this.#xx += (sumX * height) ** 2;
      return;
    }
    const factor = (height * height * (1 - rows / height)) / (rows * (rows - 1));
    const [meanY, meanX] = [sumY / rows, sumX / rows];
    for (let i = 0; i < rows; i += 1) {
      this.#yy += factor * (y[i]! - meanY) ** 2;
      this.#xy += factor * (y[i]! - meanY) * (x[i]! - meanX);
      this.#xx += factor * (x[i]! - meanX) ** 2;
    }
  }

  merge(other: RatioEstimate): void {
    this.#y += other.#y;
    this.#x += other.#x;
    this.#yy += other.#yy;
    this.#xy += other.#xy;
    this.#xx += other.#xx;
  }

  /** Whether there is nothing to divide by. */
  get empty(): boolean {
    return this.#x === 0;
  }

  get ratio(): Ratio {
    if (this.#x === 0) return { value: 0, margin: 0 };
    const value = this.#y / this.#x;
    const variance = Math.max(0, this.#yy - 2 * value * this.#xy + value * value * this.#xx);
    return { value, margin: (NORMAL_95 * Math.sqrt(variance)) / this.#x };
  }
}
