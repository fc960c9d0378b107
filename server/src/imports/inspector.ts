import type { WorkProblem } from '../compute/protocol.js';
import type { InspectionWork } from '../compute/import-protocol.js';
import type { AdapterInspection } from '../entities/index.js';
import { ComputeProcess } from '../worker/compute-process.js';
import { importErrors } from './errors.js';

/** Inspections at once; each is a process. */
const PROCESSES = 2;
const TIMEOUT_MS = 600_000;

const silent = { onProgress: () => {}, onLog: () => {}, onBackend: () => {} };

/** Looks at adapters for queries, each in a process of its own: what is in a stranger's file never runs in the API. */
export class Inspector {
  readonly #running = new Set<ComputeProcess>();

  /**
   * The report, or the reason why the files cannot even be read.
   *
   * @throws IMPORT_BUSY
   */
  async inspect(work: Omit<InspectionWork, 'kind'>): Promise<AdapterInspection | WorkProblem> {
    if (this.#running.size >= PROCESSES) throw importErrors.busy({ limit: PROCESSES });
    const process = new ComputeProcess();
    this.#running.add(process);
    const timer = setTimeout(() => void process.kill(), TIMEOUT_MS);
    try {
      const outcome = await process.run({ kind: 'INSPECTION', ...work }, silent);
      if (outcome.type === 'failed') return outcome.problem;
      if (outcome.type === 'died') throw importErrors.inspectionDied({ exit: outcome.exit });
      if (outcome.result.kind !== 'INSPECTION') throw new Error(`an inspection answered ${outcome.result.kind}`);
      return outcome.result.inspection;
    } finally {
      clearTimeout(timer);
      this.#running.delete(process);
      await process.kill();
    }
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.#running].map((process) => process.kill()));
  }
}
