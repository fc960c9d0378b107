import type { FusedModule, ModuleFuser } from './module-fuser.js';
import type { ModuleTask } from './module-task.js';

/** What a module is fused by: a strategy with the state of its survey, or coefficients by the adapters' positions. */
export type FuseBy = { readonly state: unknown } | { readonly coefficients: readonly number[] };

/** Where modules are computed: in this thread, or in several others. A result does not depend on where. */
export interface ModulePool {
  /** Modules that are computed at one time. */
  readonly width: number;
  observe(task: ModuleTask, state: unknown, round: number): Promise<unknown>;
  /** One result for all adapters, or one for each that has the module. */
  fuse(task: ModuleTask, by: FuseBy): Promise<readonly FusedModule[]>;
  close(): Promise<void>;
}

/** Computes in this thread, one module at a time, giving the event loop a turn before each: else an abort could not be heard. */
export function createLocalPool(fuser: ModuleFuser, signal: AbortSignal): ModulePool {
  const turn = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
  };
  return {
    width: 1,
    async observe(task, state, round) {
      await turn();
      return fuser.observe(task, state, round);
    },
    async fuse(task, by) {
      await turn();
      return 'state' in by ? fuser.fuse(task, by.state) : fuser.combine(task, by.coefficients);
    },
    close: async () => {},
  };
}
