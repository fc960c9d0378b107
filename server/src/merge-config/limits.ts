/** What is read of a configuration that anyone may send. */
export const mergeConfigLimits = {
  bytes: 1_000_000,
  depth: 32,
  nodes: 20_000,
  models: 256,
  rules: 256,
} as const;
