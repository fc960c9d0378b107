import { isJsonObject, type StrictJson } from '../../tensors/index.js';
import { adapterLimits } from '../limits.js';
import type { Findings } from './blockers.js';
import type { AdapterBlockerCode, AdapterFacts } from './inspection.js';

/** What adapter_config.json says about the mathematics of a LoRA. */
export interface PeftSettings {
  readonly rank: number;
  readonly alpha: number;
  /** A list of suffixes, or one regular expression; as it stands in the file. */
  readonly targetModules: readonly string[] | string;
  readonly rankPattern: ReadonlyMap<string, number>;
  readonly alphaPattern: ReadonlyMap<string, number>;
  readonly base: { readonly name?: string; readonly revision?: string };
  readonly facts: AdapterFacts;
}

/** Keys that do not change what the stored tensors mean, whatever they hold. */
const HARMLESS: ReadonlySet<string> = new Set([
  'auto_mapping',
  'eva_config',
  'exclude_modules',
  'inference_mode',
  'layers_pattern',
  'layers_to_transform',
  'lora_dropout',
  'megatron_config',
  'megatron_core',
  'qalora_group_size',
  'runtime_config',
  // VeLoRA changes the backward pass alone.
  'velora_config',
]);

/** Keys that are read below. */
const READ: ReadonlySet<string> = new Set([
  'alpha_pattern',
  'base_model_name_or_path',
  'bias',
  'fan_in_fan_out',
  'init_lora_weights',
  'lora_alpha',
  'lora_bias',
  'modules_to_save',
  'peft_type',
  'peft_version',
  'r',
  'rank_pattern',
  'revision',
  'target_modules',
  'task_type',
  'use_dora',
  'use_rslora',
]);

const BOOLEANS = ['fan_in_fan_out', 'lora_bias', 'use_dora', 'use_rslora'] as const;

/** Why a set key makes an adapter something else than Σ s·B·A. */
const REASONS: ReadonlyMap<string, readonly [AdapterBlockerCode, string]> = new Map<
  string,
  readonly [AdapterBlockerCode, string]
>([
  ['layer_replication', ['LAYER_REPLICATION', 'the adapter belongs to a base with copied layers']],
  ['target_parameters', ['TARGET_PARAMETERS', 'it changes parameters of experts, whose updates PEFT stacks in one']],
  ['trainable_token_indices', ['TRAINABLE_TOKENS', 'rows of an embedding were trained beside the factors']],
  ['loftq_config', ['BASE_CHANGED', 'LoftQ replaced the base by its quantized rest']],
  ['corda_config', ['BASE_CHANGED', 'CorDA takes the start of the factors out of the base']],
  ['lora_ga_config', ['BASE_CHANGED', 'LoRA-GA takes the start of the factors out of the base']],
  [
    'ensure_weight_tying',
    [
      'SETTING_UNKNOWN',
      'layers whose weights the base shares have one adapter, which the file holds for one of them only',
    ],
  ],
  ['use_qalora', ['QA_LORA', 'QA-LoRA pools the inputs before A']],
  ['kasa_config', ['SETTING_UNKNOWN', 'KaSA truncates the base and puts singular values between the factors']],
  ['alora_invocation_tokens', ['SETTING_UNKNOWN', 'the adapter acts only after its invocation tokens (aLoRA)']],
  ['arrow_config', ['SETTING_UNKNOWN', 'it routes between several adapters']],
  ['use_bdlora', ['SETTING_UNKNOWN', 'its factors are block-diagonal']],
  ['monteclora_config', ['SETTING_UNKNOWN', 'MonteCLoRA samples its updates around the stored factors']],
]);

/** Ways to start A and B that leave the base as it is. */
const PLAIN_STARTS: ReadonlySet<StrictJson> = new Set<StrictJson>([
  true,
  false,
  'gaussian',
  'orthogonal',
  'eva',
  'mica',
]);
const CHANGING_STARTS = /^(?:pissa(?:_niter_\d+)?|olora|corda|lora_ga|loftq)$/;

/**
 * Reads adapter_config.json, or the metadata that diffusers writes in its place. Whatever is set and not known to be without effect becomes a
 * blocker with its reason: nothing is read as something that it is not. DoRA and what needs the base are left to the reader of the tensors.
 *
 * @returns undefined where rank, alpha or targets are not there at all.
 */
export function parsePeftSettings(config: StrictJson, findings: Findings): PeftSettings | undefined {
  const invalid = (subject: string, rule: string): undefined => void findings.block('CONFIG_INVALID', subject, rule);
  if (!isJsonObject(config)) return invalid('adapter_config.json', 'its root must be an object');
  checkSupported(config, findings);

  const rank = config.get('r');
  const alpha = config.get('lora_alpha');
  if (typeof rank !== 'number' || !Number.isSafeInteger(rank) || rank < 1 || rank > adapterLimits.rank) {
    return invalid('r', `it must be a whole number from 1 to ${adapterLimits.rank}`);
  }
  if (typeof alpha !== 'number') return invalid('lora_alpha', 'it must be a number');
  const targets = config.get('target_modules') ?? [];
  if (typeof targets !== 'string' && !isStrings(targets)) {
    return invalid('target_modules', 'it must be a string or a list of strings');
  }
  const named = config.get('modules_to_save') ?? [];
  if (!isStrings(named)) return invalid('modules_to_save', 'it must be a list of strings');

  const rankPattern = parsePattern(config, 'rank_pattern', findings);
  const alphaPattern = parsePattern(config, 'alpha_pattern', findings);
  const text = (key: string): string | undefined => {
    const value = config.get(key);
    // No database keeps it in a text, and no name has it.
    if (typeof value === 'string' && value.includes('\0')) return invalid(key, 'it must not hold a NUL');
    return typeof value === 'string' && value !== '' ? value.slice(0, adapterLimits.nameCharacters) : undefined;
  };
  const [peftType, peftVersion, taskType] = [text('peft_type'), text('peft_version'), text('task_type')];
  const [name, revision] = [text('base_model_name_or_path'), text('revision')];
  const start = config.get('init_lora_weights');
  return {
    rank,
    alpha,
    targetModules: targets,
    rankPattern,
    alphaPattern,
    base: { ...(name !== undefined && { name }), ...(revision !== undefined && { revision }) },
    facts: {
      ...(peftType !== undefined && { peftType }),
      ...(peftVersion !== undefined && { peftVersion }),
      ...(taskType !== undefined && { taskType }),
      ...(start !== undefined && { initialization: String(start).slice(0, adapterLimits.nameCharacters) }),
      rsLora: config.get('use_rslora') === true,
      dora: config.get('use_dora') === true,
      fanInFanOut: config.get('fan_in_fan_out') === true,
      loraBias: config.get('lora_bias') === true,
      bias: text('bias') ?? 'none',
      modulesToSave: named,
      rankPattern: Object.fromEntries(rankPattern),
      alphaPattern: Object.fromEntries(alphaPattern),
    },
  };
}

function checkSupported(config: ReadonlyMap<string, StrictJson>, findings: Findings): void {
  const type = config.get('peft_type') ?? 'LORA';
  if (type !== 'LORA') {
    findings.block('FAMILY_UNSUPPORTED', 'peft_type', `it is ${JSON.stringify(type)}; only LORA is read`);
  }
  const bias = config.get('bias') ?? 'none';
  if (bias !== 'none' && bias !== 'all' && bias !== 'lora_only') {
    findings.block('CONFIG_INVALID', 'bias', 'it must be "none", "all" or "lora_only"');
  }
  // Python takes "false" and 1 for true: whatever is no boolean may have been meant either way.
  for (const key of BOOLEANS) {
    if (typeof (config.get(key) ?? false) !== 'boolean') {
      findings.block('CONFIG_INVALID', key, 'it must be true or false');
    }
  }
  const start = config.get('init_lora_weights') ?? true;
  if (typeof start === 'string' && CHANGING_STARTS.test(start)) {
    const reason = `the start "${start}" changes the weights of the base: the adapter belongs to that changed base, not to the stock one`;
    findings.block('BASE_CHANGED', 'init_lora_weights', reason);
  } else if (!PLAIN_STARTS.has(start)) {
    findings.block('SETTING_UNKNOWN', 'init_lora_weights', 'it is not known whether this start changes the base');
  }
  for (const [key, value] of config) {
    if (HARMLESS.has(key) || READ.has(key) || isUnset(value)) continue;
    const [code, reason] = REASONS.get(key) ?? ['SETTING_UNKNOWN', 'it is not known what this setting does'];
    findings.block(code, key, reason);
  }
}

function parsePattern(
  config: ReadonlyMap<string, StrictJson>,
  key: string,
  findings: Findings,
): ReadonlyMap<string, number> {
  const value = config.get(key) ?? new Map<string, StrictJson>();
  if (!isJsonObject(value)) findings.block('CONFIG_INVALID', key, 'it must be an object');
  else if (value.size > adapterLimits.patterns) {
    findings.block('CONFIG_INVALID', key, `it has more than ${adapterLimits.patterns} entries`);
  } else if ([...value.values()].some((entry) => typeof entry !== 'number')) {
    findings.block('CONFIG_INVALID', key, 'it must map to numbers');
  } else return value as ReadonlyMap<string, number>;
  return new Map();
}

function isUnset(value: StrictJson): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (isJsonObject(value)) return value.size === 0;
  return value === null || value === false;
}

const isStrings = (value: StrictJson): value is readonly string[] =>
  Array.isArray(value) &&
  value.length <= adapterLimits.targetModules &&
  value.every((entry: StrictJson) => typeof entry === 'string' && entry.length <= adapterLimits.patternCharacters);
