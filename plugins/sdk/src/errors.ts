import { CrucibleError, defineError, isCrucibleError } from '@crucible/engine/errors';
import type { OptionIssue } from './options/option-issue.js';

const list = (items: readonly string[]): string => items.map((item) => `"${item}"`).join(', ');
const issues = (items: readonly OptionIssue[]): string =>
  items.map(({ path, message }) => (path.length ? `${path.join('.')}: ${message}` : message)).join('; ');

/** Everything that can be wrong with a plugin: with what it defines, with how it is packed, and with what it does in a run. */
export const pluginErrors = {
  invalidDefinition: defineError({
    code: 'PLUGIN_INVALID_DEFINITION',
    summary: 'A plugin or a strategy is defined in a way that the platform cannot use.',
    remedy: 'Correct the definition as the message says; the SDK checks it when the plugin is loaded.',
    message: (d: { subject: string; problem: string }) => `${d.subject}: ${d.problem}`,
  }),
  unsupportedOption: defineError({
    code: 'PLUGIN_UNSUPPORTED_OPTION',
    summary: 'An option of a strategy has a type that has no form field and no GraphQL input.',
    remedy: 'Use numbers, integers, booleans, strings, enums, objects of these, or arrays of these.',
    message: (d: { option: string; got: string }) =>
      `option "${d.option}" is ${d.got}; an option must be a number, an integer, a boolean, a string, an enum, an object or an array of these`,
  }),
  invalidManifest: defineError({
    code: 'PLUGIN_INVALID_MANIFEST',
    summary: 'The "crucible" key of a package is missing or malformed.',
    remedy: 'Write "crucible": { "sdk": "^0.1.0", "entry": "./dist/index.js", "strategies": ["…"] } into package.json.',
    message: (d: { package: string; problem: string }) => `package.json of "${d.package}": ${d.problem}`,
  }),
  incompatible: defineError({
    code: 'PLUGIN_INCOMPATIBLE',
    summary: 'A plugin was made for another version of the SDK.',
    remedy: 'Install a version of the plugin that supports this SDK, or update the platform.',
    message: (d: { package: string; range: string; sdk: string }) =>
      `"${d.package}" needs @crucible/sdk ${d.range}, and this is ${d.sdk}`,
  }),
  importFailed: defineError({
    code: 'PLUGIN_IMPORT_FAILED',
    summary: 'The code of a plugin threw while it was imported.',
    remedy: 'Build and install the plugin again; the cause is below.',
    message: (d: { package: string; entry: string; problem: string }) =>
      `"${d.package}" could not be imported from ${d.entry}: ${d.problem}`,
  }),
  notAPlugin: defineError({
    code: 'PLUGIN_NOT_A_PLUGIN',
    summary: 'The default export of a plugin is not what `definePlugin` returns.',
    remedy: 'Export it: `export default definePlugin({ strategies: [ … ] })`.',
    message: (d: { package: string; entry: string }) =>
      `the default export of "${d.package}" (${d.entry}) was not made by definePlugin`,
  }),
  manifestMismatch: defineError({
    code: 'PLUGIN_MANIFEST_MISMATCH',
    summary: 'A plugin defines other strategies or adapter methods than its package.json announces.',
    remedy: 'Make the lists under "crucible" in package.json equal to what definePlugin gets.',
    message: (d: { package: string; kind: string; announced: readonly string[]; defined: readonly string[] }) =>
      `"${d.package}" announces the ${d.kind} [${list(d.announced)}] and defines [${list(d.defined)}]`,
  }),
  duplicateId: defineError({
    code: 'PLUGIN_DUPLICATE_ID',
    summary: 'Two plugins define a strategy or an adapter method of one id.',
    remedy: 'Remove one of the two packages, or rename its strategy.',
    message: (d: { package: string; kind: string; id: string; holder: string }) =>
      `"${d.package}" defines the ${d.kind} "${d.id}", which "${d.holder}" already defines`,
  }),
  invalidOptions: defineError({
    code: 'STRATEGY_INVALID_OPTIONS',
    summary: 'Options of a strategy are unknown, missing or out of range.',
    remedy: 'Give the options that the strategy describes; leave one out to take its default.',
    message: (d: { strategy: string; issues: readonly OptionIssue[] }) =>
      `options of "${d.strategy}" are invalid: ${issues(d.issues)}`,
  }),
  strategyFailed: defineError({
    code: 'STRATEGY_FAILED',
    summary: 'A strategy threw while it worked.',
    remedy:
      'Report it to the author of the plugin, with the cause below; the inputs were checked before it was called.',
    message: (d: { strategy: string; step: string; module?: string; problem: string }) =>
      `strategy "${d.strategy}" failed in ${d.step}${d.module ? ` of module "${d.module}"` : ''}: ${d.problem}`,
  }),
  invalidOutput: defineError({
    code: 'STRATEGY_INVALID_OUTPUT',
    summary: 'A strategy returned something else than the contract asks for.',
    remedy: 'Report it to the author of the plugin: counts, shapes and finite numbers are part of the contract.',
    message: (d: { strategy: string; module?: string; problem: string }) =>
      `strategy "${d.strategy}" returned an invalid result${d.module ? ` for module "${d.module}"` : ''}: ${d.problem}`,
  }),
};

/**
 * What a strategy threw, as an error of ours with the original as its cause. One of its own catalogue (a weight or an option that it does not take) says
 * itself what to do about it.
 */
export function strategyFailed(
  strategy: { readonly id: string },
  step: string,
  error: unknown,
  module?: string,
): Error {
  const problem = error instanceof Error ? error.message : String(error);
  const failed = pluginErrors.strategyFailed(
    { strategy: strategy.id, step, ...(module && { module }), problem },
    error,
  );
  if (!isCrucibleError(error)) return failed;
  const entry = { code: failed.code, summary: pluginErrors.strategyFailed.entry.summary, remedy: error.remedy };
  return new CrucibleError(entry, failed.message, failed.details, error);
}
