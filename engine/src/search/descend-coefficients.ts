import { createAdam } from './adam.js';
import { searchErrors } from './errors.js';
import type { Tried } from './cma-es.js';

/** What is descended: a loss over all examples, and over one batch of them with its slope. */
export interface DescentObjective {
  /** Over all examples. */
  readonly evaluate: (point: readonly number[]) => Promise<number>;
  /** Over the batch of a step. */
  readonly slope: (
    point: readonly number[],
    step: number,
  ) => Promise<{ readonly loss: number; readonly gradient: readonly number[] }>;
}

export interface DescentSettings {
  readonly start: readonly number[];
  readonly learningRate: number;
  readonly steps: number;
  /** Every coordinate stays in [lowest, highest]. */
  readonly lowest: number;
  readonly highest: number;
  /** How often the loss over all examples is looked at on the way, the end included; beside these it is looked at once before. */
  readonly looks: number;
  readonly signal: AbortSignal;
}

export interface DescentStep {
  readonly point: readonly number[];
  /** Over the batch, at this point. */
  readonly loss: number;
  /** The least loss over all examples that was seen up to here. */
  readonly best: number;
}

export interface Descent {
  /** The point that was best when all examples were looked at; the earlier one of equals, so never worse than the start. */
  readonly best: Tried;
  readonly first: Tried;
  readonly steps: readonly DescentStep[];
}

/**
 * Adam over batches, projected into a box after each step. The loss of a batch says little about a point, so that the result is chosen by looks at all
 * examples, `looks` of them spread evenly over the steps.
 *
 * @throws searchErrors
 */
export async function descendCoefficients(objective: DescentObjective, settings: DescentSettings): Promise<Descent> {
  const { start, learningRate, steps: count, lowest, highest, looks, signal } = settings;
  const inside = (point: readonly number[]): readonly number[] =>
    point.map((x) => Math.min(highest, Math.max(lowest, x)));
  const adam = createAdam(start.length, { learningRate });
  const lookAt = async (at: readonly number[]): Promise<Tried> => {
    signal.throwIfAborted();
    const value = await objective.evaluate(at);
    return { point: at, value: Number.isFinite(value) ? value : Number.MAX_VALUE };
  };
  let point = inside(start);
  const first = await lookAt(point);
  let best = first;
  const steps: DescentStep[] = [];
  for (let step = 0; step < count; step += 1) {
    signal.throwIfAborted();
    const { loss, gradient } = await objective.slope(point, step);
    if (gradient.length !== point.length) {
      throw searchErrors.slopeMismatched({ got: gradient.length, expected: point.length });
    }
    if (!Number.isFinite(loss) || !gradient.every(Number.isFinite)) throw searchErrors.slopeNotFinite({ step });
    steps.push({ point, loss, best: best.value });
    point = inside(adam.step(point, gradient));
    const passed = Math.floor(((step + 1) * looks) / count) - Math.floor((step * looks) / count);
    if (passed === 0) continue;
    const seen = await lookAt(point);
    if (seen.value < best.value) best = seen;
  }
  return { best, first, steps };
}
