import type { BaseImportResult } from './base-import-protocol.js';
import type { ModelDtype, VocabularyRule } from '../entities/enums.js';
import type { ExportedFileRecord } from '../entities/export-run.js';
import type { ModelFusionReport } from '../entities/model-fusion-run.js';
import type { Timing } from '../entities/job.js';
import type { ModelFiles } from './protocol.js';

/** Fuses fine-tuned checkpoints of one base into a model's folder. */
export interface ModelFusionWork {
  readonly kind: 'MODEL_FUSION';
  readonly strategy: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly base: ModelFiles;
  /** Of all models and the base. */
  readonly byteLength: number;
  readonly models: readonly (ModelFiles & { readonly weight: number })[];
  readonly dtype: `${ModelDtype}`;
  readonly maxShardBytes: number | null;
  readonly vocabulary: `${VocabularyRule}`;
  readonly seed: number;
  /** A folder that does not exist yet. */
  readonly outputFolder: string;
  /** Cores that nothing else of the worker's computes on; 1 unless given. The bytes do not depend on it. */
  readonly threads?: number;
}

export interface ModelFusionResult {
  readonly kind: 'MODEL_FUSION';
  readonly outputFolder: string;
  readonly files: readonly ExportedFileRecord[];
  readonly report: ModelFusionReport;
  readonly timings: readonly Timing[];
  /** The fused model as a base of its own. */
  readonly model: BaseImportResult['model'];
}
