/**
 * An adapter is a set of low-rank updates, one per adapted linear layer of a base model:
 * ΔW = scale · B · A, with A `[rank, in]` and B `[out, rank]`, stored as PEFT stores them.
 *
 * One adapter is one safetensors file. Tensors: `base_model.model.<module>.lora_A.weight` and `.lora_B.weight`.
 * Its `__metadata__` holds `format: "pt"` and `crucible`: the JSON of an `AdapterManifest`.
 */

/** How an adapter was trained. A plugin may bring others. */
export type AdapterMethod = 'LORA' | 'L_LORA' | (string & {});

/**
 * What an adapter computes: the network with ΔW in its weights (`WEIGHTS`), or the network's tangent at the base, f(θ0) + J(θ0)·ΔW (`TANGENT`). The two agree
 * to first order in ΔW and no further: scoring one form as the other measures another function.
 */
export type AdapterForm = 'WEIGHTS' | 'TANGENT';

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
  /** How the base stores what modules change, where that is no plain linear weight. Written by `writeAdapter` from the modules themselves. */
  readonly moduleLayouts?: Readonly<Record<string, Pick<AdapterModuleInfo, 'layout' | 'parameter' | 'kernel'>>>;
  readonly targetModules: readonly string[];
  /** SHA-256 over the base model's weights, see `digestModel`. */
  readonly baseDigest: string;
  /** SHA-256 of the tangent frame: base digest, modules, ranks, scales, bytes of A0. See `digestFrame`. */
  readonly frameDigest?: string;
  /** WEIGHTS where left out. */
  readonly form?: AdapterForm;
  /** Where the adapter comes from, for people: training recipe and seed, or the fusion's fingerprint. */
  readonly provenance?: Readonly<Record<string, string | number | boolean>>;
}

/**
 * How the base stores the parameter that a module changes. Factors are always those of the linear map, ΔW = scale·B·A `[out, in]`, whatever the
 * layout: fusions never look at it, and only what meets the base (or writes for PEFT) turns ΔW into the stored order, see `storedParameter`.
 *
 * - LINEAR: `[out, in]`, as torch.nn.Linear.
 * - TRANSPOSED: `[in, out]`, as transformers' Conv1D (GPT-2; PEFT's `fan_in_fan_out`).
 * - EMBEDDING: `[in, out]` = `[vocabulary, dimension]`.
 * - CONV2D: `[out, channels, kh, kw]`, in = channels·kh·kw.
 * - VECTOR: `[out]`, a bias or the weight of a norm: in = 1, rank 1, A = [1].
 */
export type ModuleLayout = 'LINEAR' | 'TRANSPOSED' | 'EMBEDDING' | 'CONV2D' | 'VECTOR';

export interface AdapterModuleInfo {
  /**
   * Path of the layer in the base model, such as `vision_model.encoder.layers.0.self_attn.v_proj`; it changes `<name>.weight`. With `parameter` BIAS:
   * path of the bias itself.
   */
  readonly name: string;
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly rank: number;
  readonly scale: number;
  /** LINEAR where left out. */
  readonly layout?: ModuleLayout;
  /** WEIGHT where left out. */
  readonly parameter?: 'WEIGHT' | 'BIAS';
  /** `[height, width]` of a CONV2D. */
  readonly kernel?: readonly [number, number];
}

/** Factors of one module in float32, row-major: ΔW = scale·B·A `[out, in]` of the linear map, in every layout. */
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
