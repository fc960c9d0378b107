export { apiErrors } from './errors/api-errors.js';
export { buildSchema, type BuiltSchema } from './build-schema.js';
export { startApi, type RunningApi, type StartApiOptions } from './start-api.js';
