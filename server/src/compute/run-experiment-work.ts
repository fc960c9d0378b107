import type { ComputeContext } from './compute-context.js';
import type { ExperimentResult, ExperimentWork } from './experiment-protocol.js';
import { openExperimentBench } from './experiment-bench.js';

/** Works through a stretch of cells; each is told as soon as it is known, so that what has been computed survives this process. */
export async function runExperimentWork(work: ExperimentWork, context: ComputeContext): Promise<ExperimentResult> {
  const { signal, onProgress, onLog, onCell } = context;
  const bench = await openExperimentBench(work, context);
  let images = 0;
  try {
    onLog(`scored by ${bench.scoring}`);
    for (const [done, cell] of work.cells.entries()) {
      signal.throwIfAborted();
      const result = await bench.compute(cell);
      images += result.images;
      onCell?.(result);
      onProgress({ phase: 'CELLS', done: done + 1, total: work.cells.length });
    }
    return { kind: 'EXPERIMENT', images, scoring: bench.scoring };
  } finally {
    await bench.close();
  }
}
