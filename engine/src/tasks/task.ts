/**
 * A task is labelled examples in three splits that share no example, and a metric.
 *
 * On disk a task is one safetensors file with tensors `<split>.images` (U8 `[n, height, width]`, or `[n, height, width, 3]`) and
 * `<split>.labels` (U8 or I32 `[n]`); its `__metadata__` holds `crucible`: the JSON of a `TaskManifest`.
 * Its head for a base model is another: `head.weight` F32 `[classes, projection]` and `head.logit_scale` F32 `[]`.
 */
export const SPLITS = ['train', 'validation', 'test'] as const;
export type Split = (typeof SPLITS)[number];

export interface TaskManifest {
  readonly version: 1;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly metric: 'accuracy';
  readonly classes: readonly string[];
  readonly licence: string;
  readonly source: string;
}

export interface Examples {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** `[count, height, width, channels]`, 0 to 255. */
  readonly pixels: Uint8Array;
  readonly labels: Int32Array;
}

export interface TaskFile {
  readonly path: string;
  /** SHA-256 of the file's bytes. */
  readonly digest: string;
  readonly byteLength: number;
  readonly manifest: TaskManifest;
  readonly counts: Readonly<Record<Split, number>>;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** All examples of a split, labels checked to name classes. */
  readSplit(split: Split): Promise<Examples>;
  close(): Promise<void>;
}

export interface TaskHead {
  /** `digestModel` of the base that the head was made for. */
  readonly baseDigest: string;
  readonly taskName: string;
  /** Unit rows, `[classes, projection]`. */
  readonly weight: Float32Array;
  readonly classes: number;
  readonly projection: number;
  readonly logitScale: number;
}
