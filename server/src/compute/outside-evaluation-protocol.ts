import type { EvaluatorRequest } from '@crucible/sdk';
import type { Split } from '@crucible/engine/tasks';

/** How answers are asked for. */
export type AnswerBy = EvaluatorRequest['kind'];

/** What an evaluation elsewhere was asked to be, as its row keeps it. */
export interface OutsideSettings {
  /** The evaluator's own, defaults filled in. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly by: AnswerBy;
  readonly maxTokens: number;
  /** Only the first so many examples of the split. */
  readonly maxExamples: number | null;
}

/** Asks a model elsewhere about one split of one task. */
export interface OutsideEvaluationWork extends OutsideSettings {
  readonly kind: 'OUTSIDE_EVALUATION';
  readonly evaluator: string;
  readonly task: string;
  readonly prompt: string;
  readonly split: Split;
}
