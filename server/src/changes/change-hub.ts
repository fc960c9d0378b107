import { EventEmitter } from 'node:events';

export type ChangeKind =
  | 'FUSION_RUN'
  | 'SWEEP'
  | 'EVALUATION'
  | 'TRAINING_RUN'
  | 'IMPORT_RUN'
  | 'EXPORT_RUN'
  | 'STATISTICS_RUN'
  | 'MODEL_FUSION_RUN'
  | 'EXTRACTION_RUN'
  | 'ANALYSIS'
  | 'EXPERIMENT';

/** Something about a job has changed and is committed. */
export interface Change {
  readonly kind: ChangeKind;
  readonly id: string;
}

/** Least time between two events of one object to one listener: at most four a second. */
const QUIET_MS = 250;

/**
 * Hands changes to listeners in this process. Every listener hears of the last change; of those that follow one another faster than
 * four a second it hears only some. A change carries no state: the listener reads the row, so that nothing it sees is stale.
 */
export class ChangeHub {
  readonly #emitter = new EventEmitter().setMaxListeners(0);

  publish(change: Change): void {
    this.#emitter.emit('change', change);
  }

  /** Changes that `filter` lets through, until `signal` aborts or the consumer returns. */
  async *subscribe(
    filter: (change: Change) => boolean = () => true,
    signal?: AbortSignal,
  ): AsyncGenerator<Change, void> {
    const due = new Map<string, { readonly change: Change; readonly at: number }>();
    const last = new Map<string, number>();
    let wake: () => void = () => {};
    const isOver = (): boolean => signal?.aborted === true;
    const onChange = (change: Change): void => {
      if (!filter(change) || due.has(change.id)) return;
      due.set(change.id, { change, at: (last.get(change.id) ?? -Infinity) + QUIET_MS });
      wake();
    };
    const onAbort = (): void => wake();
    this.#emitter.on('change', onChange);
    signal?.addEventListener('abort', onAbort);
    try {
      while (!isOver()) {
        const now = performance.now();
        const ready = [...due.values()].find(({ at }) => at <= now);
        if (ready) {
          due.delete(ready.change.id);
          last.set(ready.change.id, now);
          yield ready.change;
          continue;
        }
        for (const [id, at] of last) if (!due.has(id) && at + QUIET_MS <= now) last.delete(id);
        const next = Math.min(...[...due.values()].map(({ at }) => at));
        await new Promise<void>((resolve) => {
          const timer = Number.isFinite(next) ? setTimeout(resolve, Math.ceil(next - now)) : undefined;
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    } finally {
      this.#emitter.off('change', onChange);
      signal?.removeEventListener('abort', onAbort);
    }
  }
}
