import type { Place } from './finding.js';
import type { ModelReference } from './model-reference.js';

export type SettingValue = string | number | boolean | readonly (string | number | boolean)[];

/** One rule of a parameter: which tensors, and what they get. A list is a gradient over depth. */
export interface SettingRule {
  /** Text that a tensor's name must contain; absent: every tensor. */
  readonly filter?: string;
  readonly value: SettingValue;
  readonly at: Place;
}

/** Rules by the parameter's name; the first that matches a tensor wins. */
export type Settings = ReadonlyMap<string, readonly SettingRule[]>;

export interface MergeSource {
  readonly model: ModelReference;
  readonly at: Place;
  readonly settings: Settings;
}

/** What a mergekit configuration says, before it is judged. */
export interface MergeConfig {
  readonly method: { readonly name: string; readonly at: Place };
  readonly base?: { readonly model: ModelReference; readonly at: Place };
  readonly sources: readonly MergeSource[];
  /** Settings of the whole merge; those of a single slice come before them. */
  readonly settings: Settings;
  /** Keys beside these, as they stand. */
  readonly others: readonly { readonly key: string; readonly value: string; readonly at: Place }[];
  /** Where the sources stood in a slice: the layers that it takes. */
  readonly layers?: { readonly from: number; readonly to: number; readonly at: Place };
}
