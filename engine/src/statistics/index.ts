export { computeStatistics, type ComputedStatistics, type ComputeStatisticsOptions } from './compute-statistics.js';
export type { FisherLabels } from './compute-fisher.js';
export { statisticsErrors } from './errors.js';
export { statisticsLimits } from './limits.js';
export { openStatistics } from './open-statistics.js';
export { selectExamples } from './select-examples.js';
export * from './statistics.js';
export { writeStatistics, type WriteStatisticsInput, type WrittenStatistics } from './write-statistics.js';
