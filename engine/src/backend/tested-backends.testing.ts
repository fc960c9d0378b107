/**
 * The backends that every operation is tested on: the two that are always there, and those that CRUCIBLE_TEST_BACKENDS names (`webgpu,tensorflow-cpu`) on a
 * machine that has them.
 */
export const testedBackends: readonly string[] = [
  'wasm',
  'cpu',
  ...(process.env['CRUCIBLE_TEST_BACKENDS']?.split(',').filter((name) => name !== '') ?? []),
];
