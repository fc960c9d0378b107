import type { SelectedBackend } from '@crucible/engine/backend';
import type { CellResult } from './experiment-protocol.js';

/** What each kind of work is given beside its description. */
export interface ComputeContext {
  readonly backend: SelectedBackend;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: { readonly phase: string; readonly done: number; readonly total: number }) => void;
  readonly onLog: (line: string) => void;
  /** Of experiments: each cell as soon as it is known. */
  readonly onCell?: (cell: CellResult) => void;
}
