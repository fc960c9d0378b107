import type { ComputeContext } from './compute-context.js';
import { computeErrors } from './errors.js';
import type { Result, Work } from './protocol.js';
import { runFusionWork } from './run-fusion-work.js';

export async function runWork(work: Work, context: ComputeContext): Promise<Result> {
  if (work.kind === 'FUSION') return runFusionWork(work, context);
  throw computeErrors.strategyMissing({ strategy: work.kind, reason: 'this build cannot compute it' });
}
