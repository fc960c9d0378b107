import type { Split } from '../tasks/task.js';

/** An interval at a stated confidence; for accuracies, Wilson's (1927). */
export interface Interval {
  readonly low: number;
  readonly high: number;
  readonly confidence: number;
}

/** What evaluating one model on one split gives: the figure, and the outcome of every example, which paired tests need. */
export interface EvaluationResult {
  readonly split: Split;
  readonly n: number;
  readonly correct: number;
  readonly accuracy: number;
  readonly interval: Interval;
  /** Mean cross-entropy in nats. */
  readonly loss: number;
  /** Predicted class of each example, in the split's order. */
  readonly predictions: Int32Array;
  /** 1 where the prediction equals the label. */
  readonly outcomes: Uint8Array;
}
