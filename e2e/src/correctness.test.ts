import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

// The script imports every adapter of PEFT's golden cases, fuses and exports it through the platform's own runner, and fails where one answer is off by 1e-6.
it('docs/correctness.md says what the programs answer now, and every answer of ours is right', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['tools/print-correctness.js', '--check'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/^93 answers of ours within/);
}, 120_000);
