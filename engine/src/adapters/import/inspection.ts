import type { Dtype } from '../../tensors/index.js';
import type { AdapterModuleInfo } from '../adapter.js';

/** Whose convention of names and scales a file follows. */
export type AdapterDialect = 'PEFT' | 'KOHYA' | 'DIFFUSERS' | 'CRUCIBLE';

/** Something that was understood, and that a person may want to know. */
export interface AdapterNotice {
  readonly code: AdapterNoticeCode;
  /** The module, tensor or setting that it is about. */
  readonly subject?: string;
  readonly message: string;
}

export type AdapterNoticeCode =
  /** Its files name no base, and none was given: it belongs with no other adapter. */
  | 'BASE_UNNAMED'
  /** No scale is stored: alpha = rank, as the dialect's own readers take it. */
  | 'ALPHA_MISSING'
  /** A saved tensor equals the base's: nothing was trained there. */
  | 'COPY_UNCHANGED'
  /** A copy of the base's weights lies in the file; it could not be compared without the base. */
  | 'COPY_UNCHECKED'
  /** DoRA was applied through the base: the updates have full rank. */
  | 'DORA_APPLIED'
  /** Two conventions of layout were possible; the base's shapes, or the layer's name, decided. */
  | 'LAYOUT_DECIDED'
  /** Names have the infix of an adapter (`lora_A.default.weight`); it was dropped. */
  | 'NAME_INFIX'
  /** Names lack `base_model.model.`, which PEFT writes; they were taken as they are. */
  | 'NAME_PREFIX_MISSING'
  /** Names joined by underscores could not be turned into paths: the base is not at hand, or has no such layer. */
  | 'NAME_UNRESOLVED'
  /** The adapter's rank is more than its update needs. */
  | 'RANK_NOT_USED'
  /** The start of the training was taken away: the update is against the stock base, at the sum of the ranks. */
  | 'START_SUBTRACTED'
  /** A target of the configuration has no module in the file. */
  | 'TARGET_UNMATCHED'
  /** The update is zero: B was never trained. */
  | 'UPDATE_ZERO'
  /** The base shares one tensor between embedding and output; the adapter changes the output alone. */
  | 'WEIGHT_UNTIED';

/** A reason why the adapter cannot be imported as it is. */
export interface AdapterBlocker {
  readonly code: AdapterBlockerCode;
  /** The setting, module or tensor that it is about. */
  readonly subject: string;
  readonly reason: string;
  readonly remedy: string;
}

export type AdapterBlockerCode =
  | 'BASE_CHANGED'
  | 'BASE_DIFFERS'
  | 'BASE_NEEDED'
  | 'CONFIG_INVALID'
  | 'CONFIG_MISSING'
  | 'DORA'
  | 'FAMILY_UNSUPPORTED'
  | 'FOREIGN_TENSOR'
  | 'FULL_UPDATE_TOO_LARGE'
  | 'LAYER_REPLICATION'
  | 'MODULE_INVALID'
  | 'NOT_FINITE'
  | 'PARAMETER_TWICE'
  | 'PATTERN_REFUSED'
  | 'PICKLED'
  | 'QA_LORA'
  | 'SETTING_UNKNOWN'
  | 'TARGET_PARAMETERS'
  | 'TRAINABLE_TOKENS'
  | 'WITHOUT_MODULES';

/** Singular values of ΔW in three figures. */
export interface UpdateSpectrum {
  /** ‖ΔW‖ in the Frobenius norm, scale included. */
  readonly norm: number;
  /** Singular values above the rounding of float32. */
  readonly numericalRank: number;
  /** exp of the entropy of σ/Σσ: how many directions share the update. (Roy and Vetterli, "The effective rank", 2007) */
  readonly effectiveRank: number;
}

export interface InspectedModule extends AdapterModuleInfo {
  /** LORA: factors. BIAS: a bias trained with the factors. FULL: a tensor trained whole, as its difference to the base. */
  readonly kind: 'LORA' | 'BIAS' | 'FULL';
  /** As it stands in the file; `scale` is what it makes. */
  readonly alpha: number;
  /** Of the stored tensors: A and B, or the one tensor. */
  readonly dtype: Dtype;
  /** Shapes as stored, in the order A, B. */
  readonly shapes: readonly (readonly number[])[];
  readonly spectrum?: UpdateSpectrum;
}

/** Settings of a PEFT adapter that explain what was read, for people. */
export interface AdapterFacts {
  readonly peftType?: string;
  readonly peftVersion?: string;
  readonly taskType?: string;
  readonly rsLora: boolean;
  readonly dora: boolean;
  readonly fanInFanOut: boolean;
  readonly loraBias: boolean;
  readonly bias: string;
  /** `init_lora_weights` as it stands in the file. */
  readonly initialization?: string;
  readonly modulesToSave: readonly string[];
  readonly rankPattern: Readonly<Record<string, number>>;
  readonly alphaPattern: Readonly<Record<string, number>>;
}

/**
 * What an adapter's files say, before anything is made of them. `importable` is true exactly if `blockers` is empty: `importAdapter` with the same
 * options then succeeds unless the files change.
 */
export interface AdapterInspection {
  readonly source: string;
  readonly dialect: AdapterDialect;
  /** Files that were read, with their sizes. */
  readonly files: readonly { readonly name: string; readonly byteLength: number }[];
  /** The base model as the adapter tells it. */
  readonly base: { readonly name?: string; readonly revision?: string };
  /** Sorted by name. */
  readonly modules: readonly InspectedModule[];
  /** As configured: last parts of names, or one regular expression. */
  readonly targets: readonly string[];
  /** Greatest rank of a module; 0 without any. */
  readonly rank: number;
  /** The scale that most modules have. */
  readonly scale: number;
  /**
   * SHA-256 over names, ranks, scales and bytes of A: adapters with one digest add up by their B's. `frameDigest` is the same together with the
   * base's digest, if that was given: it is what the imported adapter's manifest will hold.
   */
  readonly frame: { readonly digest?: string; readonly frameDigest?: string };
  readonly facts: AdapterFacts;
  readonly notices: readonly AdapterNotice[];
  readonly blockers: readonly AdapterBlocker[];
  readonly importable: boolean;
}
