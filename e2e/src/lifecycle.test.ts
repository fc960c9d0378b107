import { describe, expect, it } from 'vitest';
import { listProcesses, processTree, waitUntil } from './harness/processes.js';
import { RunningSystem } from './harness/running-system.js';

describe('the product as a process', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'stops all that it started on %s, and leaves no process behind',
    async (signal) => {
      const system = await RunningSystem.start();
      const pids = processTree(system.pid).map(({ pid }) => pid);
      expect(pids.length).toBeGreaterThan(3);
      expect(await system.stop(signal)).toBe(0);
      const alive = new Set(listProcesses().map(({ pid }) => pid));
      expect(pids.filter((pid) => alive.has(pid))).toEqual([]);
      await system.dispose();
    },
  );

  it('leaves no process behind when its supervisor is killed', async () => {
    const system = await RunningSystem.start();
    const pids = processTree(system.pid).map(({ pid }) => pid);
    process.kill(system.pid, 'SIGKILL');
    const gone = await waitUntil('all of its processes to end', () => {
      const alive = new Set(listProcesses().map(({ pid }) => pid));
      return pids.some((pid) => alive.has(pid)) ? undefined : pids;
    });
    expect(gone).toHaveLength(pids.length);
    await system.dispose();
  });

  it('keeps what it has when it is started again in the same home', async () => {
    const first = await RunningSystem.start({ arguments: ['--load-only'] });
    const read = (system: RunningSystem) =>
      system.client.data('{ tasks(orderBy: { field: NAME }) { nodes { id name } } adapters { totalCount } }');
    const before = await read(first);
    await first.stop();
    const second = await RunningSystem.start({ home: first.home, arguments: ['--load-only'] });
    expect(await read(second)).toEqual(before);
    await second.stop();
    await first.dispose();
  });

  it('starts empty with --no-demo', async () => {
    const system = await RunningSystem.start();
    expect(
      await system.client.data('{ tasks { totalCount } adapters { totalCount } fusionRuns { totalCount } }'),
    ).toEqual({
      tasks: { totalCount: 0 },
      adapters: { totalCount: 0 },
      fusionRuns: { totalCount: 0 },
    });
    await system.dispose();
  });

  it('says what to do when the port is taken', async () => {
    const system = await RunningSystem.start();
    const port = new URL(system.url).port;
    await expect(RunningSystem.start({ arguments: ['--no-demo', '--port', port] })).rejects.toThrow(/port.*--port/is);
    await system.dispose();
  });
});
