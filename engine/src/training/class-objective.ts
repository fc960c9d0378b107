import { trainingErrors } from './errors.js';
import { labelCrossEntropy, scoreRows } from './cross-entropy.js';
import type { LearningProblem } from './learning-problem.js';

type Objective<Batch> = Pick<LearningProblem<Batch>, 'loss' | 'logits' | 'scoreSum'>;

/** Mean cross-entropy of a classifier's own logits `[batch, classes]`. */
export function classObjective<Batch extends { readonly labels: Int32Array }>(): Objective<Batch> {
  return {
    loss: (tf, logits, { labels }) => labelCrossEntropy(tf, logits, labels),
    logits: (_, logits) => ({ logits, back: (gradient) => gradient }),
    scoreSum() {
      let [loss, hits, count] = [0, 0, 0];
      return {
        add(logits, { labels }) {
          const score = scoreRows(logits, labels);
          loss += score.loss;
          hits += score.correct.filter(Boolean).length;
          count += labels.length;
        },
        finish: () => ({ loss: loss / count, accuracy: hits / count }),
      };
    },
  };
}

/** Labels come from files: one that names no class would be a row without a target. */
export function checkLabels(labels: Int32Array, classes: number): void {
  const at = labels.findIndex((label) => label < 0 || label >= classes);
  if (at < 0) return;
  const expected = `0 to ${classes - 1}`;
  throw trainingErrors.optionInvalid({ option: `the label of example ${at}`, got: String(labels[at]), expected });
}
