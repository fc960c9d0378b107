export { CrucibleError, isCrucibleError, type ErrorEntry } from './crucible-error.js';
export { defineError, type ErrorDefinition, type ErrorFactory } from './define-errors.js';
