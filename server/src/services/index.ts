export * from './inputs.js';
export * from './problems.js';
export type * from './services.js';
