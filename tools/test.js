// Runs every check in order and stops at the first that fails. `npm test -- units` runs only the steps whose title holds a word given.
import { spawnSync } from 'node:child_process';

const steps = [
  ['format', 'prettier', ['--check', '--log-level', 'warn', '.']],
  ['lint', 'oxlint', ['--deny-warnings']],
  ['types and build', 'tsc', ['-b']],
  ['console', process.execPath, ['tools/build-console.js']],
  ['console types', 'tsc', ['-p', 'admin']],
  ['schema', process.execPath, ['tools/check-schema.js']],
  ['error pages', process.execPath, ['tools/print-errors.js', '--check']],
  ['strategies page', process.execPath, ['tools/print-strategies.js', '--check']],
  ['units', 'vitest', ['run', '--exclude', 'e2e/**']],
  ['end to end', 'vitest', ['run', '--no-file-parallelism', 'e2e/']],
];

const wanted = process.argv.slice(2);
const chosen = steps.filter(([title]) => wanted.length === 0 || wanted.some((word) => title.includes(word)));
for (const [title, command, args] of chosen) {
  const started = performance.now();
  console.log(`\n▸ ${title}`);
  const { status, signal, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) {
    console.error(`✗ ${title} failed${signal ? ` (${signal})` : ''}${error ? `: ${error.message}` : ''}`);
    process.exit(status ?? 1);
  }
  console.log(`✓ ${title}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
}
