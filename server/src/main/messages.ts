import type { WorkspaceImport } from '../services/services.js';

/** What the API and the worker tell the process that started them. */
export type ChildMessage =
  | { readonly type: 'ready'; readonly url?: string; readonly workspace?: WorkspaceImport }
  | { readonly type: 'problem'; readonly message: string };

/** What they are told: to end in order. Its end is told by the channel's. */
export interface StopMessage {
  readonly type: 'stop';
}
