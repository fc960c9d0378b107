export * from './contract/fusion-space.js';
export type * from './contract/context.js';
export type * from './contract/plugin.js';
export type * from './contract/strategy.js';
