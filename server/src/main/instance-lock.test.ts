import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockInstance } from './instance-lock.js';

describe('the lock of a home folder', () => {
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'crucible-lock-'));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  it('is held by one at a time, and says by whom', async () => {
    const lock = await lockInstance(home);
    await expect(lockInstance(home)).rejects.toMatchObject({
      code: 'MAIN_ALREADY_RUNNING',
      details: { pid: process.pid },
    });
    await lock.release();
    await (await lockInstance(home)).release();
  });

  it.each([
    ['a process that is gone', () => ({ pid: spawnSync(process.execPath, ['-e', '']).pid, started: '1' })],
    ['a process whose number another one has now', () => ({ pid: process.pid, started: 'before the reboot' })],
    ['nobody who can be read', () => 'half a fi'],
  ])('is taken over from %s', async (_, holder) => {
    await writeFile(
      join(home, 'crucible.lock'),
      JSON.stringify(holder()).slice(0, -1) + (typeof holder() === 'string' ? '' : '}'),
    );
    const lock = await lockInstance(home);
    expect(JSON.parse(await readFile(join(home, 'crucible.lock'), 'utf8'))).toMatchObject({ pid: process.pid });
    await lock.release();
  });
});
