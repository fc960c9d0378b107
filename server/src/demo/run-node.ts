import type { DemoJob } from './demo-progress.js';

/** A fusion run as the demo reads it. */
export interface RunNode {
  readonly id: string;
  readonly name: string | null;
  readonly state: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly progress: DemoJob['progress'];
  readonly problem: { readonly message: string } | null;
  readonly scores: readonly {
    readonly value: number;
    readonly normalizedByOwn: number | null;
    readonly task: { readonly name: string };
  }[];
}
