import { isCrucibleError } from '@crucible/engine/errors';
import type { JobProblem } from '../entities/index.js';
import { jobErrors } from './errors.js';

/** Whatever was thrown, as a row can keep it. */
export function problemOf(error: unknown): JobProblem {
  if (isCrucibleError(error)) return { code: error.code, message: error.message, remedy: error.remedy };
  const problem = error instanceof Error ? error.message : String(error);
  return problemOf(jobErrors.unexpected({ problem }, error));
}
