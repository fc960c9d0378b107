import { adapterLimits } from '../limits.js';
import type { AdapterBlocker, AdapterNotice } from './inspection.js';

/** Remedies by what stands in the way; each blocker's reason is its own. */
const REMEDIES: Readonly<Record<AdapterBlocker['code'], string>> = {
  BASE_CHANGED:
    'Save it in PEFT with path_initial_model_for_weight_conversion (peft_model.save_pretrained(folder, path_initial_model_for_weight_conversion=initial)), which turns it into a plain LoRA of the stock base; or name the adapter as it was before its first step (start); or take it for what it is, an adapter of the changed base (changedBase)',
  BASE_DIFFERS: 'Choose the base model that the adapter was trained on, in the same revision',
  BASE_NEEDED: 'Give the folder of the base model: the update is the difference to its weights',
  CONFIG_INVALID: 'Choose the folder as PEFT saved it, with adapter_config.json unchanged',
  CONFIG_MISSING:
    'Choose the folder that PEFT saved, with adapter_config.json beside the weights: the scale stands only there',
  DORA: 'Merge it into its base with PEFT (merge_and_unload) and fuse full models, or train without DoRA; or name its base and import it as an update of full rank through that (dora: FULL_RANK)',
  FAMILY_UNSUPPORTED:
    'Convert the adapter to LoRA (PEFT: convert_to_lora), or merge it into its base and fuse full models',
  FOREIGN_TENSOR: 'Remove the tensor if it is not part of the adapter, or save the adapter again with PEFT',
  FULL_UPDATE_TOO_LARGE: 'Merge the adapter into its base and fuse full models',
  LAYER_REPLICATION: 'Build the base with the copied layers, and train or save the adapter for that model',
  MODULE_INVALID: 'Save the adapter again; its tensors and its configuration do not fit together',
  NOT_FINITE: 'Train or export the adapter again; a diverged training, or float16 that overflowed, makes such files',
  PARAMETER_TWICE: 'Merge the adapter into its base and fuse full models',
  PATTERN_REFUSED: 'Write rank_pattern and alpha_pattern with plain paths of modules',
  PICKLED:
    "Save it as safetensors: python -c \"import torch, safetensors.torch as s; s.save_file(torch.load('adapter_model.bin', map_location='cpu', weights_only=True), 'adapter_model.safetensors', metadata={'format': 'pt'})\"",
  QA_LORA: 'Merge the adapter into its base with PEFT and fuse full models',
  SETTING_UNKNOWN: 'Save the adapter without that setting, or update Crucible',
  TARGET_PARAMETERS: 'Merge the adapter into its base with PEFT (merge_and_unload) and fuse full models',
  TRAINABLE_TOKENS: 'Merge the adapter into its base with PEFT (merge_and_unload) and fuse full models',
  WITHOUT_MODULES: 'Choose a file of LoRA factors',
};

/** Characters of an untrusted name that a message repeats. */
const SHOWN = 200;
const show = (text: string): string => (text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);

/** Collects what a reading comes upon; the first `adapterLimits.findings` of each are kept, so that a hostile file gives no endless report. */
export class Findings {
  readonly notices: AdapterNotice[] = [];
  readonly blockers: AdapterBlocker[] = [];
  readonly #allowed: ReadonlySet<AdapterBlocker['code']>;

  /** @param allowed what the user said is as it should be. */
  constructor(allowed: Iterable<AdapterBlocker['code']> = []) {
    this.#allowed = new Set(allowed);
  }

  notice(code: AdapterNotice['code'], message: string, subject?: string): void {
    if (this.notices.length >= adapterLimits.findings) return;
    this.notices.push({ code, ...(subject !== undefined && { subject: show(subject) }), message });
  }

  block(code: AdapterBlocker['code'], subject: string, reason: string, remedy: string = REMEDIES[code]): void {
    if (this.#allowed.has(code) || this.blockers.length >= adapterLimits.findings) return;
    this.blockers.push({ code, subject: show(subject), reason, remedy });
  }
}
