// Runs every check in order and stops at the first that fails: format, lint, types, then the tests.
import { spawnSync } from 'node:child_process';

const steps = [
  ['format', 'prettier', ['--check', '--log-level', 'warn', '.']],
  ['lint', 'oxlint', ['--deny-warnings']],
  ['types and build', 'tsc', ['-b']],
  ['tests', 'vitest', ['run']],
];

for (const [title, command, args] of steps) {
  const started = performance.now();
  console.log(`\n▸ ${title}`);
  const { status, signal } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) {
    console.error(`✗ ${title} failed${signal ? ` (${signal})` : ''}`);
    process.exit(status ?? 1);
  }
  console.log(`✓ ${title}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
}
