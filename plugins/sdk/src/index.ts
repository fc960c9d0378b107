export * from './contract/fusion-space.js';
export type * from './contract/context.js';
export type * from './contract/evaluator.js';
export type * from './contract/plugin.js';
export type * from './contract/strategy.js';
export * from './definition/define-evaluator.js';
export * from './definition/define-plugin.js';
export * from './definition/define-strategy.js';
export { pluginErrors } from './errors.js';
export {
  describeOptions,
  type OptionDescription,
  type OptionShape,
  type OptionType,
} from './options/describe-options.js';
export { describeSchedules } from './options/describe-schedules.js';
export type { OptionIssue } from './options/option-issue.js';
export { optionsJsonSchema, type JsonSchema, type JsonValue } from './options/options-json-schema.js';
export type { ParsedOptions } from './options/check-own-options.js';
export { unsuitable, WRAPPER_DEPTH, wrappedBy, type StrategyDirectory } from './options/check-rule.js';
export { matchModules } from './options/match-modules.js';
export { checkOptions, parseOptions } from './options/parse-options.js';
export { schedulableOf, scheduleLimits, WEIGHT, type Schedule } from './options/schedule.js';
export { SDK_VERSION } from './sdk-version.js';
