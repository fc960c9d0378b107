import type { SelectedBackend } from '@crucible/engine/backend';

/** What each kind of work is given beside its description. */
export interface ComputeContext {
  readonly backend: SelectedBackend;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: { readonly phase: string; readonly done: number; readonly total: number }) => void;
  readonly onLog: (line: string) => void;
}
