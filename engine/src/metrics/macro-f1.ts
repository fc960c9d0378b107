import type { ClassCounts } from './confusion.js';

/**
 * Unweighted mean over classes of F1 = 2·TP / (expected + predicted), over the classes that occur among the expected or predicted answers, as
 * scikit-learn's `f1_score(average='macro')` takes them. A prediction that names no class misses its example, and adds no class to the mean.
 */
export function macroF1({ expected, predicted, both }: ClassCounts): number {
  let sum = 0;
  let seen = 0;
  for (let c = 0; c < expected.length; c += 1) {
    const mass = expected[c]! + predicted[c]!;
    if (mass === 0) continue;
    seen += 1;
    sum += (2 * both[c]!) / mass;
  }
  return seen === 0 ? 0 : sum / seen;
}
