/**
 * An adapter is a set of low-rank updates, one per adapted linear layer of a base model:
 * ΔW = scale · B · A, with A `[rank, in]` and B `[out, rank]`, stored as PEFT stores them.
 *
 * One adapter is one safetensors file. Tensors: `base_model.model.<module>.lora_A.weight` and `.lora_B.weight`.
 * Its `__metadata__` holds `format: "pt"` and `crucible`: the JSON of an `AdapterManifest`.
 */

/** How an adapter was trained. A plugin may bring others. */
export type AdapterMethod = 'LORA' | 'L_LORA' | (string & {});

export interface AdapterManifest {
  readonly version: 1;
  readonly name: string;
  readonly method: AdapterMethod;
  /** Greatest rank over the modules. */
  readonly rank: number;
  readonly alpha: number;
  /** The factor on B·A, folded exactly once: alpha / rank, or alpha / √rank for rsLoRA. */
  readonly scale: number;
  /** Scales of the modules whose own differs from `scale`. Written by `writeAdapter` from the modules themselves. */
  readonly moduleScales?: Readonly<Record<string, number>>;
  readonly targetModules: readonly string[];
  /** SHA-256 over the base model's weights, see `digestModel`. */
  readonly baseDigest: string;
  /** SHA-256 of the tangent frame: base digest, modules, ranks, scales, bytes of A0. See `digestFrame`. */
  readonly frameDigest?: string;
  /** Where the adapter comes from, for people: training recipe and seed, or the fusion's fingerprint. */
  readonly provenance?: Readonly<Record<string, string | number | boolean>>;
}

export interface AdapterModuleInfo {
  /** Path of the linear layer in the base model, such as `vision_model.encoder.layers.0.self_attn.v_proj`. */
  readonly name: string;
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly rank: number;
  readonly scale: number;
}

/** Factors of one module in float32, row-major. */
export interface AdapterFactors {
  /** `[rank, in]` */
  readonly a: Float32Array;
  /** `[out, rank]` */
  readonly b: Float32Array;
}

/** An adapter that has been opened: its header is checked, its tensors are read when asked for. */
export interface AdapterFile {
  readonly path: string;
  /** SHA-256 of the file's bytes. */
  readonly digest: string;
  readonly byteLength: number;
  readonly manifest: AdapterManifest;
  /** Modules in sorted order of their names: the order in which every fusion walks them. */
  readonly modules: ReadonlyMap<string, AdapterModuleInfo>;
  /** In memory of their own. Refuses NaN and infinities: `ADAPTER_NOT_FINITE`. */
  readFactors(module: string): Promise<AdapterFactors>;
  close(): Promise<void>;
}
