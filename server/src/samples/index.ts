export { countClasses, readSamples } from './read-samples.js';
export { sampleLimits } from './sample-limits.js';
export type { Sample } from './sample.js';
