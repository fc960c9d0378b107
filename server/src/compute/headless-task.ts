import type { TaskFiles } from './protocol.js';

/** A task for which the base has no head: the model itself answers. */
export interface HeadlessTaskFiles extends Omit<TaskFiles, 'head'> {
  readonly head: null;
  /** Where the head goes that a whole CLIP makes of the names of the classes; other models leave it empty. */
  readonly headPath: string;
}

/** A head that was made while scoring: from then on the base has one. */
export interface MadeHead {
  readonly path: string;
  readonly classes: number;
  readonly projection: number;
}
