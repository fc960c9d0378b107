export { countClasses, readSamples, type Sample } from './read-samples.js';
export { sampleLimits } from './sample-limits.js';
