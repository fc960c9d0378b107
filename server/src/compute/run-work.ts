import type { ComputeContext } from './compute-context.js';
import type { Result, Work } from './protocol.js';
import { runEvaluationWork } from './run-evaluation-work.js';
import { runFusionWork } from './run-fusion-work.js';
import { runTrainingWork } from './run-training-work.js';

export async function runWork(work: Work, context: ComputeContext): Promise<Result> {
  if (work.kind === 'FUSION') return runFusionWork(work, context);
  if (work.kind === 'EVALUATION') return runEvaluationWork(work, context);
  return runTrainingWork(work, context);
}
