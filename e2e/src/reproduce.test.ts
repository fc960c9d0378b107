import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);
const main = fileURLToPath(new URL('../../server/dist/reproduce/main.js', import.meta.url));

/** The last three tasks of each: what `--smoke` takes. */
it.each([
  ['clip-vit-b16', ['GTSRB', 'MNIST', 'DTD']],
  ['flan-t5-base', ['RTE', 'SST-2', 'STS-B']],
])('the published experiment %s takes all its steps on tiny random models', async (name, titles) => {
  const { stdout } = await run(process.execPath, [main, name, '--smoke']);
  const rows = stdout
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  expect(rows[0]).toEqual(['', ...titles, 'mean']);
  expect(rows.slice(2).map(([title]) => title)).toEqual([
    'base',
    'specialists',
    'simple average',
    'task arithmetic λ=0.3',
    'TIES 20 % λ=0.3',
    'n',
  ]);
  for (const row of rows.slice(2, -1)) {
    for (const cell of row.slice(1)) expect(Math.abs(Number(cell))).toBeLessThanOrEqual(100);
  }
});

it('a name that is none of the experiments is refused with those that are', async () => {
  await expect(run(process.execPath, [main, 'resnet'])).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('clip-vit-b16, flan-t5-base'),
  });
});
