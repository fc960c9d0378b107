import { createMatrix, type Matrix } from '../../algebra/index.js';
import { adapterErrors } from '../errors.js';

/**
 * W′ - W for W′ = m ⊙ (W + ΔW) / ‖W + ΔW‖, norms over the rows of the linear map `[out, in]`, in float64. (Liu et al., "DoRA: weight-decomposed low-rank
 * adaptation", 2024, equation 5; PEFT takes the same norms for Conv1D, embeddings and convolutions.)
 *
 * @param magnitude m `[out]`.
 */
export function applyDora(base: Matrix, delta: Matrix, magnitude: Float32Array): Matrix {
  const { rows, columns } = base;
  if (magnitude.length !== rows) {
    const rule = `its magnitudes are ${magnitude.length}, its rows ${rows}`;
    throw adapterErrors.moduleInvalid({ file: 'DoRA', module: 'lora_magnitude_vector', rule });
  }
  const out = createMatrix(rows, columns);
  for (let i = 0; i < rows; i += 1) {
    let squares = 0;
    for (let at = i * columns; at < (i + 1) * columns; at += 1) squares += (base.data[at]! + delta.data[at]!) ** 2;
    // A row of zeros has no direction: it stays zero, as m·0 would be.
    const factor = squares === 0 ? 0 : magnitude[i]! / Math.sqrt(squares);
    for (let at = i * columns; at < (i + 1) * columns; at += 1) {
      out.data[at] = factor * (base.data[at]! + delta.data[at]!) - base.data[at]!;
    }
  }
  return out;
}
