import type { Split } from '../tasks/task.js';

/**
 * What data says about an adapter's modules, for rules that weigh adapters by it.
 *
 * - `GRAM`: mean of x xᵀ over the rows x that a module is given, `[in, in]`, symmetric (RegMean, arXiv 2212.09849).
 * - `FISHER`: mean over examples of the squared entries of ∇ log p(y) with respect to ΔW, `[out, in]` (Fisher merging, arXiv 2111.09832).
 *
 * On disk: one safetensors file with one F32 tensor per module, `<module>.gram` or `<module>.fisher`, and `crucible_statistics` in its metadata.
 * docs/statistics.md has the format for those who write such files with other tools.
 */
export const STATISTICS_KINDS = ['GRAM', 'FISHER'] as const;
export type StatisticsKind = (typeof STATISTICS_KINDS)[number];

export interface StatisticsManifest {
  readonly version: 1;
  readonly kind: StatisticsKind;
  /** `digestModel` of the base. */
  readonly baseDigest: string;
  /** SHA-256 of the adapter's file: the statistics are those of the base with this adapter. */
  readonly adapterDigest: string;
  /** Name of the task whose examples were looked at. */
  readonly task: string;
  readonly split: Split;
  /** Number of examples. */
  readonly n: number;
  /** Of the choice of examples, and of the labels that FISHER draws from the model's own predictions. */
  readonly seed: number;
}

export interface StatisticsModuleInfo {
  readonly name: string;
  /** GRAM: in. FISHER: out. */
  readonly rows: number;
  /** in */
  readonly columns: number;
}

/** One module's matrix, `[rows, columns]`, row-major. */
export interface ModuleStatistics {
  readonly info: StatisticsModuleInfo;
  readonly values: Float32Array;
}

/** A file of statistics that is open: manifest and shapes are checked, matrices are read when asked for. */
export interface StatisticsFile {
  readonly path: string;
  /** SHA-256 of the file's bytes. */
  readonly digest: string;
  readonly byteLength: number;
  readonly manifest: StatisticsManifest;
  /** In sorted order of their names. */
  readonly modules: ReadonlyMap<string, StatisticsModuleInfo>;
  /** In memory of their own. Refuses what no data can give: `STATISTICS_VALUES_INVALID`. */
  read(module: string): Promise<Float32Array>;
  close(): Promise<void>;
}
