export { createPlatform, type PlatformOptions } from './create-platform.js';
export type { BackendChoice, Platform } from './platform.js';
export { probeBackend } from './probe-backend.js';
