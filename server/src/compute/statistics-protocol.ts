import type { StatisticsKind } from '@crucible/engine/statistics';
import type { Split } from '@crucible/engine/tasks';
import type { ModelFiles, TaskFiles } from './protocol.js';

export interface StatisticsWork {
  readonly kind: 'STATISTICS';
  readonly statistics: StatisticsKind;
  readonly base: ModelFiles;
  readonly adapter: string;
  readonly task: TaskFiles;
  readonly split: Split;
  /** At most so many. */
  readonly examples: number;
  readonly seed: number;
  readonly outputPath: string;
}

export interface StatisticsResult {
  readonly kind: 'STATISTICS';
  readonly path: string;
  readonly digest: string;
  readonly byteLength: number;
  /** Examples that were looked at. */
  readonly examples: number;
}
