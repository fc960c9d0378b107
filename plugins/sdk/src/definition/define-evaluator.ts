import type { z } from 'zod';
import type { Evaluator } from '../contract/evaluator.js';

/** Defines a way to ask models elsewhere; the types of its options come from its zod object. */
export function defineEvaluator<Schema extends z.ZodObject>(evaluator: Evaluator<Schema>): Evaluator<Schema> {
  return Object.freeze({ ...evaluator });
}
