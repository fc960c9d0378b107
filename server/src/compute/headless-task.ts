import type { TaskFiles } from './protocol.js';

/** A task for which the base has no head: the model itself answers. */
export interface HeadlessTaskFiles extends Omit<TaskFiles, 'head'> {
  readonly head: null;
}
