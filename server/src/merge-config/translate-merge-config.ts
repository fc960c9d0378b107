import type { Finding, Place } from './finding.js';
import type { MergeConfig, MergeSource, SettingRule } from './merge-config.js';
import { METHODS, NOT_DONE, type MethodRule, type ParameterRule } from './methods.js';
import { modulePatternOf } from './module-pattern.js';

/** A value that holds for some adapters and modules; of several that match, the first wins. */
export interface TranslatedSchedule {
  /** `weight`, or an option of the strategy. */
  readonly parameter: string;
  /** Position among the members; absent: every adapter. */
  readonly member?: number;
  /** Absent: every module. */
  readonly modules?: string;
  /** One value, or a gradient over depth. */
  readonly values: readonly number[];
}

export interface TranslatedMember {
  /** As it stands in the configuration. */
  readonly reference: string;
  /** What of the reference names the adapter: its LoRA, or the model itself. */
  readonly name: string;
  readonly weight: number;
  readonly at: Place;
}

/** A configuration in Crucible's terms. */
export interface Translation {
  readonly strategy: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly members: readonly TranslatedMember[];
  readonly schedules: readonly TranslatedSchedule[];
}

export interface MergeConfigTranslation {
  /** Absent where something is REFUSED. */
  readonly translation?: Translation;
  readonly findings: readonly Finding[];
}

/**
 * Says a configuration in Crucible's terms, or precisely what of it cannot be said. Every parameter, filter and key ends in the translation or in a finding;
 * of a parameter that mergekit itself passes over in silence, the finding says so.
 */
export function translateMergeConfig(config: MergeConfig): MergeConfigTranslation {
  const translator = new Translator(config);
  const translation = translator.translate();
  const refused = translator.findings.some(({ severity }) => severity === 'REFUSED');
  return { findings: translator.findings, ...(refused || translation === undefined ? {} : { translation }) };
}

class Translator {
  readonly findings: Finding[] = [];
  readonly #config: MergeConfig;
  readonly #schedules: TranslatedSchedule[] = [];
  readonly #options: Record<string, unknown> = {};

  constructor(config: MergeConfig) {
    this.#config = config;
  }

  translate(): Translation | undefined {
    const { method, base, layers, others } = this.#config;
    const rule = METHODS.get(method.name);
    if (rule === undefined) {
      const reason =
        NOT_DONE.get(method.name) ?? `there is no such method; known are ${[...METHODS.keys()].join(', ')}`;
      return this.#note('REFUSED', method.at, `merge_method ${method.name}: ${reason}`);
    }
    if (rule.base === 'REQUIRED' && base === undefined) {
      this.#note('REFUSED', method.at, `merge_method ${method.name} needs a base_model`);
    }
    if (rule.changed !== undefined) this.#note('CHANGED', method.at, `merge_method ${method.name}: ${rule.changed}`);
    if (layers) {
      const message = `layer_range: the adapters are fused in all of their layers; that is the same where the base has ${layers.to}`;
      this.#note('CHANGED', layers.at, message);
    }
    for (const { key, value, at } of others) this.#other(key, value, at);
    Object.assign(this.#options, rule.options);
    const sources = this.#members(rule);
    this.#global(rule);
    const weights = this.#perModel(rule, sources);
    this.#unread(rule, sources);
    return {
      strategy: rule.strategy,
      options: this.#options,
      schedules: this.#schedules,
      members: sources.map(({ model, at }, member) => ({
        reference: model.text,
        name: model.lora ?? model.model,
        weight: weights[member]!,
        at,
      })),
    };
  }

  /** The models that bring a task vector. The base brings none, and is left out as mergekit leaves it out. */
  #members(rule: MethodRule): readonly MergeSource[] {
    const { sources, base } = this.#config;
    const isBase = ({ model }: MergeSource): boolean => model.text === base?.model.text;
    if (rule.baseIsMember !== true) {
      const members = sources.filter((source) => !isBase(source));
      if (members.length === 0) this.#note('REFUSED', this.#config.method.at, 'beside the base there is no model');
      return members;
    }
    // SLERP goes from base_model (t = 0) to the other model: the order of the adapters says the same here.
    const from = sources.filter(isBase);
    const given = base && from.length === 0 ? [{ model: base.model, at: base.at, settings: new Map() }] : from;
    return [...given, ...sources.filter((source) => !isBase(source))];
  }

  #global(rule: MethodRule): void {
    for (const [name, parameter] of Object.entries(rule.global)) {
      const rules = this.#config.settings.get(name) ?? [];
      const [first] = rules;
      if (parameter.kind === 'IGNORED' && first) this.#note('IGNORED', first.at, `${name}: ${parameter.reason}`);
      if (parameter.kind === 'CHOICE' && first) this.#choose(name, parameter, rules);
      if (parameter.kind !== 'OPTION') continue;
      const values = this.#rules(name, rules);
      const constant = constantOf(values);
      if (constant !== undefined) this.#options[parameter.option] = constant;
      else {
        if (parameter.default !== undefined) this.#options[parameter.option] = parameter.default;
        this.#schedule(parameter.option, values);
      }
    }
    const setting = (name: string) => this.#config.settings.get(name)?.[0]?.value;
    Object.assign(this.#options, rule.together?.(setting));
  }

  #choose(name: string, parameter: Extract<ParameterRule, { kind: 'CHOICE' }>, rules: readonly SettingRule[]): void {
    const [first] = rules;
    if (first!.filter !== undefined || Array.isArray(first!.value)) {
      return this.#note('REFUSED', first!.at, `${name}: one value for all tensors is taken`);
    }
    const choice = parameter.choose(first!.value);
    if ('refused' in choice) return this.#note('REFUSED', first!.at, `${name}: ${choice.refused}`);
    Object.assign(this.#options, choice.options);
    if (choice.changed !== undefined) this.#note('CHANGED', first!.at, `${name}: ${choice.changed}`);
  }

  /** Weights by member. Options of all members that are one and the same number become the strategy's own. */
  #perModel(rule: MethodRule, sources: readonly MergeSource[]): readonly number[] {
    const weights = sources.map(() => 1);
    for (const [name, parameter] of Object.entries(rule.perModel)) {
      if (parameter.kind !== 'OPTION') continue;
      const perMember = sources.map(({ settings }) =>
        this.#rules(name, [...(settings.get(name) ?? []), ...(this.#config.settings.get(name) ?? [])]),
      );
      const constants = perMember.map((rules) => constantOf(rules));
      if (parameter.option === 'weight') {
        perMember.forEach((rules, member) => {
          if (rules.length === 0 && rule.base === 'REQUIRED') {
            this.#note('REFUSED', sources[member]!.at, `weight: it is missing for ${sources[member]!.model.text}`);
          }
          weights[member] = constants[member] ?? lastOf(rules) ?? 1;
          if (constants[member] === undefined) this.#schedule('weight', rules, member);
        });
        continue;
      }
      const filled = perMember.map(
        (rules, member) => constants[member] ?? (rules.length ? undefined : parameter.default),
      );
      const [first] = filled;
      if (filled.every((value) => value === first)) {
        if (first !== undefined) this.#options[parameter.option] = first;
        else if (perMember.every((rules) => rules.length > 0)) this.#each(parameter, perMember, filled);
      } else this.#each(parameter, perMember, filled);
    }
    return weights;
  }

  #each(
    parameter: Extract<ParameterRule, { kind: 'OPTION' }>,
    perMember: readonly (readonly NumberRule[])[],
    filled: readonly (number | undefined)[],
  ): void {
    if (parameter.default !== undefined) this.#options[parameter.option] = parameter.default;
    perMember.forEach((rules, member) => {
      const value = filled[member];
      this.#schedule(parameter.option, value === undefined ? rules : [{ values: [value] }], member);
    });
  }

  #schedule(parameter: string, rules: readonly NumberRule[], member?: number): void {
    for (const { modules, values } of rules) {
      this.#schedules.push({
        parameter,
        ...(member === undefined ? {} : { member }),
        ...(modules === undefined ? {} : { modules }),
        values,
      });
    }
  }

  /** Numbers and patterns of the rules, up to the first that holds for every tensor: what comes after it is never reached. */
  #rules(name: string, rules: readonly SettingRule[]): readonly NumberRule[] {
    const read: NumberRule[] = [];
    for (const { filter, value, at } of rules) {
      const list: readonly unknown[] = Array.isArray(value) ? value : [value];
      const values = list.map((item) => (typeof item === 'boolean' ? Number(item) : item));
      if (!values.every((item): item is number => typeof item === 'number' && Number.isFinite(item))) {
        this.#note('REFUSED', at, `${name}: expected finite numbers, got ${JSON.stringify(value)}`);
        continue;
      }
      if (filter === undefined) {
        read.push({ values });
        return read;
      }
      const pattern = modulePatternOf(filter);
      if ('pattern' in pattern) read.push({ modules: pattern.pattern, values });
      else this.#note(pattern.severity, at, `${name}: ${pattern.reason}`);
    }
    return read;
  }

  /** What mergekit passes over in silence is said here. */
  #unread(rule: MethodRule, sources: readonly MergeSource[]): void {
    const known = new Set([...Object.keys(rule.perModel), ...Object.keys(rule.global)]);
    for (const [name, rules] of this.#config.settings) {
      if (!known.has(name)) this.#silent(name, rules[0]!.at);
    }
    for (const { settings } of sources) {
      for (const [name, rules] of settings) if (!(name in rule.perModel)) this.#silent(name, rules[0]!.at);
    }
  }

  #silent(name: string, at: Place): void {
    const message = `${name}: ${this.#config.method.name} has no such parameter here; mergekit passes over it in silence`;
    this.#note('IGNORED', at, message);
  }

  #other(key: string, value: string, at: Place): void {
    const known = OTHERS.get(key);
    if (known === undefined) return this.#note('REFUSED', at, `"${key}" is no key of a merge configuration`);
    const { severity, message } = known(value);
    this.#note(severity, at, `${key}: ${message}`);
  }

  #note(severity: Finding['severity'], at: Place, message: string): undefined {
    // A rule at the top is read once for each model; what is found in it is said once.
    const known = this.findings.some((finding) => finding.message === message && finding.line === at.line);
    if (!known) this.findings.push({ ...at, severity, message });
    return undefined;
  }
}

interface NumberRule {
  readonly modules?: string;
  readonly values: readonly number[];
}

/** The one number that holds for every tensor. */
function constantOf([first]: readonly NumberRule[]): number | undefined {
  return first?.modules === undefined && first?.values.length === 1 ? first.values[0] : undefined;
}

/** What holds where no filter matches, if that is one number. */
function lastOf(rules: readonly NumberRule[]): number | undefined {
  return constantOf(rules.slice(-1));
}

type Judgement = (value: string) => Pick<Finding, 'severity' | 'message'>;
const ignore =
  (message: string): Judgement =>
  () => ({ severity: 'IGNORED', message });

const TOKENIZER = 'adapters of one base use its tokenizer, and the fused one does';
const OTHERS: ReadonlyMap<string, Judgement> = new Map([
  ['dtype', ignore('the arithmetic is done in float32 and float64, whatever the files hold')],
  ['out_dtype', ignore('a fused adapter is written in float32; choose a dtype when it is exported')],
  ['chat_template', ignore('an adapter has no chat template; the base keeps its own')],
  ['tokenizer_source', ignore(TOKENIZER)],
  [
    'tokenizer',
    (value) =>
      value.includes('tokens')
        ? { severity: 'REFUSED', message: 'tokens: it rewrites embeddings of the base, which no adapter holds' }
        : { severity: 'IGNORED', message: TOKENIZER },
  ],
  ['name', ignore('give the run a name instead')],
]);
