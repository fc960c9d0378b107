/** Number format of an export. */
export type ExportDtype = 'F32' | 'F16' | 'BF16';

/**
 * How ranks and scales stand in the file.
 *
 * - UNIFORM: one rank and one scale for all modules, smaller ranks filled up with zeros. What every loader reads rightly: vLLM ignored the patterns for
 *   years and then applied a wrong scale in silence.
 * - PATTERNS: each module's own rank and scale, in rank_pattern and alpha_pattern. Smaller where ranks differ much.
 */
export type ExportRanks = 'UNIFORM' | 'PATTERNS';

export interface ExportPeftOptions {
  /** `base_model_name_or_path` and `revision`. */
  readonly baseModel?: string;
  readonly baseRevision?: string;
  /** PEFT's `task_type`, such as CAUSAL_LM. */
  readonly taskType?: string;
  /** Most rank of a module (vLLM: at most its max_lora_rank). Higher ones become their best approximation, and the error is reported. */
  readonly maxRank?: number;
  /** UNIFORM where left out. */
  readonly ranks?: ExportRanks;
  /** F32, the adapter's own, where left out. */
  readonly dtype?: ExportDtype;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** What a loader will ask for, or refuse. */
export interface ExportNotice {
  readonly code: 'VLLM_RANK' | 'VLLM_BIAS' | 'VLLM_CONVOLUTION' | 'VLLM_PATTERNS';
  readonly message: string;
}

export interface ExportedPeft {
  /** In the order in which they were written; the configuration last. */
  readonly files: readonly { readonly name: string; readonly byteLength: number; readonly sha256: string }[];
  readonly modules: number;
  /** `r` of the configuration, and the scale lora_alpha / r. */
  readonly rank: number;
  readonly scale: number;
  readonly ranks: ExportRanks;
  readonly dtype: ExportDtype;
  /** Modules whose rank was cut. */
  readonly truncated: number;
  /**
   * ‖exported - adapter‖ / ‖adapter‖ over all modules, Frobenius, of what was written: truncation, folding of scales and rounding together. 0 where every
   * number was kept.
   */
  readonly relativeError: number;
  /** The module that lost most, if any lost something. */
  readonly worst?: { readonly module: string; readonly relativeError: number };
  readonly notices: readonly ExportNotice[];
}
