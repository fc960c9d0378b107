import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listSpecialists } from './harness/demo-workspace.js';
import { finishRun, fuse, queueFusion, readRun, type FinishedRun, type FuseRequest } from './harness/fusion.js';
import { findProcesses, waitUntil } from './harness/processes.js';
import { RunningSystem } from './harness/running-system.js';

/** A search is under way for seconds, so there is a middle to be killed in. */
async function searchRequest(system: RunningSystem): Promise<FuseRequest> {
  const specialists = await listSpecialists(system.client, 'L_LORA');
  const adapters = specialists.filter(({ task }) => task.name === 'mnist' || task.name === 'fashion');
  return {
    adapters: adapters.map(({ id }) => ({ id })),
    strategy: { loraHub: { budget: 60, shots: 2 } },
    evaluateOn: [adapters[0]!.task.id],
    seed: 11,
  };
}

async function untilUnderWay(system: RunningSystem, id: string): Promise<void> {
  await waitUntil('the run to be under way', async () => {
    const run = await readRun(system.client, id);
    return run?.state === 'RUNNING' && run.progress?.phase === 'SEARCH' ? true : undefined;
  });
}

describe('a run whose processes are killed in the middle', () => {
  let system: RunningSystem;
  let undisturbed: FinishedRun;

  beforeAll(async () => {
    system = await RunningSystem.start({ arguments: ['--load-only'] });
    undisturbed = await fuse(system.client, await searchRequest(system));
  });
  afterAll(async () => {
    await system.dispose();
  });

  /** What must not depend on who was killed. */
  const result = ({ state, problem, fingerprint, output, scores }: FinishedRun) => ({
    state,
    problem,
    fingerprint,
    digest: output?.digest,
    scores,
  });

  it('is not disturbed while nobody kills anything', () => {
    expect(undisturbed).toMatchObject({ state: 'SUCCEEDED', attempt: 1, problem: null });
  });

  it.each([
    { victim: 'compute process', script: /compute\/main\.js/ },
    { victim: 'worker', script: /worker\/main\.js/ },
    { victim: 'API', script: /api\/main\.js/ },
  ])('is finished once, with the same bytes: the $victim', async ({ script }) => {
    const id = await queueFusion(system.client, await searchRequest(system));
    await untilUnderWay(system, id);
    const [victim] = await waitUntil(`a process that runs ${script.source}`, () => {
      const rows = findProcesses(system.pid, script);
      return rows.length > 0 ? rows : undefined;
    });
    process.kill(victim!.pid, 'SIGKILL');
    expect(result(await finishRun(system.client, id))).toEqual(result(undisturbed));
  });

  it('is finished after everything was killed at once and started again', async () => {
    const id = await queueFusion(system.client, await searchRequest(system));
    await untilUnderWay(system, id);
    await system.cutPower();
    system = await RunningSystem.start({ home: system.home, arguments: ['--load-only'] });
    expect(result(await finishRun(system.client, id))).toEqual(result(undisturbed));
  });
});
