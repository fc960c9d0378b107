import type { ClassCounts } from './confusion.js';

/**
 * Matthews' correlation of predicted with expected classes, in [−1, 1]; 0 where either side has one class only (Gorodkin 2004, for any number of classes):
 * (c·s − Σ p_k t_k) / √((s² − Σ p_k²)(s² − Σ t_k²)), with c right answers of s. Predictions that name no class form one more class.
 */
export function matthewsCorrelation({ n, correct, expected, predicted, unanswered }: ClassCounts): number {
  let products = 0;
  let expectedSquares = 0;
  let predictedSquares = unanswered ** 2;
  for (let c = 0; c < expected.length; c += 1) {
    products += expected[c]! * predicted[c]!;
    expectedSquares += expected[c]! ** 2;
    predictedSquares += predicted[c]! ** 2;
  }
  const spread = (n * n - predictedSquares) * (n * n - expectedSquares);
  return spread > 0 ? (correct * n - products) / Math.sqrt(spread) : 0;
}
