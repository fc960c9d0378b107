import { isJsonObject, parseStrictJson, type StrictJson } from '../tensors/index.js';
import { adapterErrors } from './errors.js';
import { adapterLimits } from './limits.js';

/** What adapter_config.json says about the mathematics of a plain LoRA. */
export interface PeftConfig {
  readonly rank: number;
  readonly alpha: number;
  readonly useRsLora: boolean;
  readonly rankPattern: ReadonlyMap<string, number>;
  readonly alphaPattern: ReadonlyMap<string, number>;
  /** A list of suffixes, or one regular expression; as it stands in the file. */
  readonly targetModules: readonly string[] | string;
  readonly baseModel: string | undefined;
}

/** Keys that do not change what the stored factors mean, whatever they hold. */
const HARMLESS: ReadonlySet<string> = new Set([
  'auto_mapping',
  'base_model_name_or_path',
  'ensure_weight_tying',
  'eva_config',
  'exclude_modules',
  'inference_mode',
  'layers_pattern',
  'layers_to_transform',
  'lora_dropout',
  'megatron_config',
  'megatron_core',
  'peft_version',
  'qalora_group_size',
  'revision',
  'runtime_config',
  'task_type',
]);

/** Keys that are read below. */
const READ: ReadonlySet<string> = new Set([
  'alpha_pattern',
  'bias',
  'init_lora_weights',
  'lora_alpha',
  'peft_type',
  'r',
  'rank_pattern',
  'target_modules',
  'use_rslora',
]);

/** Why a set key makes an adapter something else than Σ s·B·A over linear layers. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['use_dora', 'DoRA scales the sum of base and update by rows; it needs the base and is no low-rank update'],
  ['lora_bias', 'the bias of lora_B is not part of B·A'],
  ['modules_to_save', 'whole modules were trained beside the factors'],
  ['fan_in_fan_out', 'the base stores its weights transposed (Conv1D), and so is the update'],
  ['layer_replication', 'the adapter belongs to a base with copied layers'],
  ['target_parameters', 'the adapter changes parameters that are not linear layers'],
  ['trainable_token_indices', 'rows of an embedding were trained beside the factors'],
  ['loftq_config', 'the adapter belongs to a base that LoftQ changed'],
  ['use_qalora', 'QA-LoRA pools the inputs before A'],
]);

/** Ways to start A and B that leave the base as it is. The others change it: the adapter then belongs to another base. */
const PLAIN_STARTS: ReadonlySet<StrictJson> = new Set<StrictJson>([true, false, 'gaussian', 'orthogonal', 'eva']);

/**
 * Parses adapter_config.json. Whatever is set and not known to be without effect is refused with its reason (`ADAPTER_PEFT_UNSUPPORTED`): nothing is
 * read as something that it is not.
 */
export function parsePeftConfig(file: string, bytes: Uint8Array): PeftConfig {
  const invalid = (rule: string) => adapterErrors.peftConfigInvalid({ file, rule });
  const config = parseStrictJson(file, bytes);
  if (!isJsonObject(config)) throw invalid('the root must be an object');
  checkSupported(file, config);
  const number = (key: string): number => {
    const value = config.get(key);
    if (typeof value !== 'number') throw invalid(`${key} must be a number`);
    return value;
  };
  const rank = number('r');
  if (!Number.isSafeInteger(rank) || rank < 1) throw invalid(`r must be a positive whole number, got ${rank}`);
  const pattern = (key: string): ReadonlyMap<string, number> => {
    const value = config.get(key) ?? new Map<string, StrictJson>();
    if (!isJsonObject(value)) throw invalid(`${key} must be an object`);
    if (value.size > adapterLimits.patterns) throw invalid(`${key} has more than ${adapterLimits.patterns} entries`);
    for (const entry of value.values()) {
      if (typeof entry !== 'number') throw invalid(`${key} must map to numbers`);
    }
    return value as ReadonlyMap<string, number>;
  };
  const baseModel = config.get('base_model_name_or_path');
  return {
    rank,
    alpha: number('lora_alpha'),
    useRsLora: config.get('use_rslora') === true,
    rankPattern: pattern('rank_pattern'),
    alphaPattern: pattern('alpha_pattern'),
    targetModules: parseTargets(config.get('target_modules'), invalid),
    baseModel: typeof baseModel === 'string' ? baseModel : undefined,
  };
}

function checkSupported(file: string, config: ReadonlyMap<string, StrictJson>): void {
  const refuse = (feature: string, reason: string): Error => adapterErrors.peftUnsupported({ file, feature, reason });
  const type = config.get('peft_type');
  if (type !== 'LORA') throw refuse(`peft_type ${JSON.stringify(type ?? null)}`, 'only LORA is read');
  const bias = config.get('bias') ?? 'none';
  if (bias !== 'none')
    throw refuse(`bias ${JSON.stringify(bias)}`, 'biases of the base were trained beside the factors');
  const start = config.get('init_lora_weights') ?? true;
  if (!PLAIN_STARTS.has(start)) {
    throw refuse(`init_lora_weights ${JSON.stringify(start)}`, 'this start changes the weights of the base');
  }
  for (const [key, value] of config) {
    if (HARMLESS.has(key) || READ.has(key) || isUnset(value)) continue;
    throw refuse(key, REASONS.get(key) ?? 'it is not known what this setting does to the factors');
  }
}

function isUnset(value: StrictJson): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (isJsonObject(value)) return value.size === 0;
  return value === null || value === false;
}

function parseTargets(value: StrictJson | undefined, invalid: (rule: string) => Error): readonly string[] | string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((entry: StrictJson) => typeof entry === 'string')) return value as string[];
  throw invalid('target_modules must be a string or a list of strings');
}
