export {
  describeStrategyConformance,
  type ConformanceOptions,
  type Expectation,
  type TestFunctions,
} from './describe-strategy-conformance.js';
export {
  distance,
  fuseAdapters,
  readDeltas,
  type FusedFileForTest,
  type FusedForTest,
  type FuseForTest,
} from './fuse-adapters.js';
export {
  memoryAdapter,
  SYNTHETIC_MODULES,
  syntheticAdapter,
  syntheticStatistics,
  type SyntheticModule,
  type SyntheticOptions,
} from './synthetic-adapters.js';
export { moduleInputOf, type TestMember, type TestModule } from './module-input-of.js';
export { readGoldenAdapters, readGoldenFactors, readGoldenUpdates, readMatrices } from './golden-factors.js';
export { randomMatrix, randomUpdate, regauge, type RandomUpdateOptions } from './random-updates.js';
export { fuseMatrices, type FuseMatrices, type TestMatrix } from './fuse-matrices.js';
export { readGoldenAdapter } from './golden-adapter.js';
export { excessOver, readGoldenCase, readGoldenTensors, readTaskVectors, type GoldenCase } from './golden-case.js';
export { regaugeAdapter } from './regauge-adapter.js';
export { testMean, testSum } from './test-rules.js';
export { loadStrategy } from './load-strategy.js';
