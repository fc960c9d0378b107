import type { Evaluator, EvaluatorRequest } from '../contract/evaluator.js';
import type { AdapterMethodDefinition, PluginDefinition } from '../contract/plugin.js';
import { FUSION_SPACES, type FusionSpace } from '../contract/fusion-space.js';
import type { Reference, Strategy, WrapperStrategy } from '../contract/strategy.js';
import { pluginErrors } from '../errors.js';
import { describeOptions, type OptionDescription } from '../options/describe-options.js';
import { checkOwnOptions } from '../options/check-own-options.js';
import { HOST_OPTIONS } from '../options/host-options.js';

/** A GraphQL field name as well as a property: `taskArithmetic`. */
const STRATEGY_ID = /^[a-z][a-zA-Z0-9]{0,63}$/;
/** A GraphQL enum value: `L_LORA`. */
const METHOD_ID = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/;
const OPTION_NAME = /^[a-z][a-zA-Z0-9]{0,63}$/;
const TRAINABLE: readonly AdapterMethodDefinition['trainable'][] = ['A_AND_B', 'B', 'WEIGHTS'];
const LINEARIZATIONS: readonly AdapterMethodDefinition['linearization'][] = ['NONE', 'MODULE', 'NETWORK'];
/** A GraphQL enum value, in any case. */
const ENUM_VALUE = /^[A-Za-z][A-Za-z0-9_]*$/;

/** Everything that a plugin promises about itself and that can be seen without running a strategy. */
export function validatePlugin(definition: PluginDefinition): void {
  const strategies = definition.strategies ?? [];
  const methods = definition.adapterMethods ?? [];
  const evaluators = definition.evaluators ?? [];
  if (strategies.length + methods.length + evaluators.length === 0) {
    refuse('plugin', 'it defines neither a strategy nor an adapter method nor an evaluator');
  }
  assertUnique('strategy', strategies);
  assertUnique('adapter method', methods);
  assertUnique('evaluator', evaluators);
  strategies.forEach(validateStrategy);
  methods.forEach(validateMethod);
  evaluators.forEach(validateEvaluator);
}

function validateStrategy(strategy: Strategy): void {
  const subject = `strategy "${strategy.id}"`;
  if (!STRATEGY_ID.test(strategy.id)) refuse(subject, `its id must be camelCase and match ${STRATEGY_ID}`);
  validateDescription(subject, strategy);
  if (strategy.kind === 'MODULE' && typeof strategy.fuseModule !== 'function') refuse(subject, 'it has no fuseModule');
  if (strategy.kind === 'SEARCH' && typeof strategy.search !== 'function') refuse(subject, 'it has no search');
  if (strategy.kind === 'WRAPPER') validateWrapper(subject, strategy);
  if (strategy.kind !== 'MODULE' && strategy.outputs === 'PER_ADAPTER') {
    refuse(subject, 'only a strategy that works module by module has an output for each adapter');
  }
  if (strategy.needs.gradient === true && (strategy.kind !== 'SEARCH' || strategy.spaces.includes('FACTOR'))) {
    refuse(subject, 'only a search has a gradient, and none in FACTOR space, where the merged update is not linear');
  }
  const follows = strategy.kind === 'SEARCH' ? undefined : strategy.followsRotations;
  if (follows !== undefined && typeof follows !== 'function') {
    refuse(subject, 'followsRotations is a function of the options');
  }
  const rounds = strategy.kind === 'MODULE' ? strategy.survey?.rounds : undefined;
  if (typeof rounds === 'number' && !(rounds >= 1)) refuse(subject, `a survey has at least one round, not ${rounds}`);
  validateSpaces(subject, strategy.spaces);
  const { minAdapters, maxAdapters } = strategy.needs;
  if (!Number.isInteger(minAdapters) || minAdapters < 1)
    refuse(subject, `minAdapters is ${minAdapters}; it is 1 or more`);
  if (maxAdapters !== undefined && maxAdapters < minAdapters) refuse(subject, 'maxAdapters is below minAdapters');
  validateOptions(subject, strategy);
}

function validateWrapper(subject: string, { wrapModule, wraps, defaultRule }: WrapperStrategy): void {
  if (typeof wrapModule !== 'function') refuse(subject, 'it has no wrapModule');
  if (wraps !== 'ELEMENTWISE' && wraps !== 'ANY') refuse(subject, 'it wraps ELEMENTWISE rules, or ANY');
  const rules = Object.keys(defaultRule ?? {});
  if (rules.length !== 1) refuse(subject, 'its defaultRule names one strategy: { id: { …options } }');
}

function validateSpaces(subject: string, spaces: readonly FusionSpace[]): void {
  if (spaces.length === 0) refuse(subject, 'it works in no space');
  const unknown = spaces.filter((space) => !FUSION_SPACES.includes(space));
  if (unknown.length > 0)
    refuse(subject, `unknown spaces ${unknown.join(', ')}; there are ${FUSION_SPACES.join(', ')}`);
  if (new Set(spaces).size !== spaces.length) refuse(subject, 'a space is listed twice');
}

function validateMethod(method: AdapterMethodDefinition): void {
  const subject = `adapter method "${method.id}"`;
  if (!METHOD_ID.test(method.id)) refuse(subject, `its id must be SCREAMING_SNAKE_CASE and match ${METHOD_ID}`);
  validateDescription(subject, method);
  const { trainable, linearization } = method;
  if (!TRAINABLE.includes(trainable)) refuse(subject, `what it trains is one of ${TRAINABLE.join(', ')}`);
  if (!LINEARIZATIONS.includes(linearization)) refuse(subject, `it linearizes one of ${LINEARIZATIONS.join(', ')}`);
  if (linearization !== 'NONE' && trainable === 'A_AND_B') {
    // Around B0 = 0 the tangent in A is zero (paper.md 1.3): a trainable A would never move, and would only decay.
    refuse(subject, 'a linearized method trains B alone, or whole weights');
  }
  if (linearization === 'MODULE' && trainable === 'WEIGHTS') {
    refuse(subject, 'a linear layer is linear in its weights: linearize the NETWORK, or nothing');
  }
}

const ANSWERS: readonly EvaluatorRequest['kind'][] = ['GENERATE', 'CHOOSE', 'LIKELIHOOD'];

function validateEvaluator(evaluator: Evaluator): void {
  const subject = `evaluator "${evaluator.id}"`;
  if (!STRATEGY_ID.test(evaluator.id)) refuse(subject, `its id must be camelCase and match ${STRATEGY_ID}`);
  validateDescription(subject, evaluator);
  const { answers, evaluate, describeModel, options } = evaluator;
  if (typeof evaluate !== 'function' || typeof describeModel !== 'function') {
    refuse(subject, 'it has no evaluate or no describeModel');
  }
  if (!answers?.length || answers.some((kind) => !ANSWERS.includes(kind))) {
    refuse(subject, `what it answers is one or more of ${ANSWERS.join(', ')}`);
  }
  if (options?._zod?.def?.type !== 'object') refuse(subject, 'its options are not a zod object');
  describeOptions(options).forEach((field) => validateOption(subject, field));
}

function validateDescription(
  subject: string,
  described: { readonly title: string; readonly description: string; readonly references: readonly Reference[] },
): void {
  if (!described.title?.trim()) refuse(subject, 'it has no title');
  if (!described.description?.trim()) refuse(subject, 'it has no description');
  if (!described.references?.length) refuse(subject, 'it names no reference; say where the rule comes from');
  if (described.references.some(({ title }) => !title?.trim())) refuse(subject, 'a reference has no title');
}

function validateOptions(subject: string, strategy: Strategy): void {
  if (strategy.options?._zod?.def?.type !== 'object') refuse(subject, 'its options are not a zod object');
  const fields = describeOptions(strategy.options);
  fields.forEach((field) => validateOption(subject, field));
  const taken = fields.find(({ name }) => HOST_OPTIONS.includes(name));
  if (taken) refuse(`${subject}, option "${taken.name}"`, 'the platform adds an option of that name; choose another');
  if (fields.some(({ required }) => required)) return;
  for (const name of strategy.schedulable ?? []) {
    const type = fields.find((field) => field.name === name)?.type;
    if (type === 'FLOAT' || type === 'INT') continue;
    refuse(subject, `"${name}" is schedulable and ${type === undefined ? 'no option of it' : 'no number'}`);
  }
  const unlisted = strategy.perAdapter?.find((name) => !strategy.schedulable?.includes(name));
  if (unlisted !== undefined) refuse(subject, `"${unlisted}" is in perAdapter and not in schedulable`);
  // What a wrapper wraps by default is looked up when it is used: it may come from another package.
  const defaults = checkOwnOptions(strategy, {});
  if (!defaults.ok) refuse(subject, `its defaults are invalid: ${defaults.issues[0]?.message ?? 'refused'}`);
}

function validateOption(subject: string, field: OptionDescription): void {
  const option = `${subject}, option "${field.name}"`;
  if (!OPTION_NAME.test(field.name)) refuse(option, `its name must be camelCase and match ${OPTION_NAME}`);
  if (!field.description.trim()) refuse(option, 'it has no description; add .describe("…")');
  if (field.required && !field.requiredOnPurpose) {
    refuse(option, "it has no default; add one, or say .meta({ 'x-required': true }) if none can be right");
  }
  const bad = field.values?.find((value) => !ENUM_VALUE.test(value));
  if (bad !== undefined)
    refuse(option, `the value "${bad}" cannot be a GraphQL enum value; it must match ${ENUM_VALUE}`);
  field.nested?.forEach((nested) => validateOption(option, nested));
}

function assertUnique(kind: string, items: readonly { readonly id: string }[]): void {
  const seen = new Set<string>();
  for (const { id } of items) {
    if (seen.has(id)) refuse('plugin', `it defines the ${kind} "${id}" twice`);
    seen.add(id);
  }
}

function refuse(subject: string, problem: string): never {
  throw pluginErrors.invalidDefinition({ subject, problem });
}
