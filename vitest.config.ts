import { defineConfig } from 'vitest/config';

// graphql ships a module and a CommonJS build; without the alias Vite takes one and Node's packages the other,
// and graphql refuses "another module or realm".
export default defineConfig({
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['**/src/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    // Generous: they end what hangs, and never decide on a slow machine. No test asserts a time.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
