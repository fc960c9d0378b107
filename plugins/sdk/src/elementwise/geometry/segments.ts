/** What is one vector: the whole matrix, or each row (what enters one output), or each column (what leaves one input) of ΔW by itself. */
export const ALONG = ['TENSOR', 'ROWS', 'COLUMNS'] as const;
export type Along = (typeof ALONG)[number];

/** What is merged: task vectors θ - θ0, or whole weights θ, which only fusions of full models have. */
export const MERGE_OF = ['TASK_VECTORS', 'WEIGHTS'] as const;
export type MergeOf = (typeof MERGE_OF)[number];

/** Inner products of the members' vectors in float64: ⟨x_i, x_j⟩ of segment s at `data[(s·size + i)·size + j]`. */
export interface SegmentGrams {
  readonly size: number;
  readonly segments: number;
  readonly data: Float64Array;
}

/** Inner products of one segment: ⟨x_i, x_j⟩ at `data[i·size + j]`. */
export interface Gram {
  readonly size: number;
  readonly data: Float64Array;
}

/** Which segment the entry (row, column) belongs to is `row·perRow + column·perColumn`. */
export interface Strides {
  readonly segments: number;
  readonly perRow: 0 | 1;
  readonly perColumn: 0 | 1;
}

export function stridesOf(along: Along, rows: number, columns: number): Strides {
  if (along === 'TENSOR') return { segments: 1, perRow: 0, perColumn: 0 };
  return along === 'ROWS'
    ? { segments: rows, perRow: 1, perColumn: 0 }
    : { segments: columns, perRow: 0, perColumn: 1 };
}
