import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listSpecialists } from './harness/demo-workspace.js';
import { fuse, type FuseRequest } from './harness/fusion.js';
import { RunningSystem } from './harness/running-system.js';

describe('the same fusion', () => {
  const systems: RunningSystem[] = [];

  beforeAll(async () => {
    for (const processes of ['1', '2']) {
      systems.push(
        await RunningSystem.start({
          arguments: ['--load-only'],
          environment: { CRUCIBLE_COMPUTE_PROCESSES: processes },
        }),
      );
    }
  });
  afterAll(async () => {
    for (const system of systems) await system.dispose();
  });

  const cases: readonly { title: string; method: string; input: Omit<FuseRequest, 'adapters'> }[] = [
    {
      title: 'TIES in DELTA space',
      method: 'LORA',
      input: { strategy: { ties: { density: 0.3 } }, space: 'DELTA', outputRank: 16 },
    },
    {
      title: 'task arithmetic in CORE space',
      method: 'LORA',
      input: { strategy: { taskArithmetic: {} }, space: 'CORE' },
    },
    { title: 'L-LoRA in its frame', method: 'L_LORA', input: { strategy: { lLora: {} } } },
  ];

  it.each(cases)(
    'gives the same bytes twice, and with one or two compute processes: $title',
    async ({ method, input }) => {
      const digests: string[] = [];
      const fingerprints: string[] = [];
      for (const system of systems) {
        const adapters = (await listSpecialists(system.client, method)).slice(0, 3).map(({ id }) => ({ id }));
        const request = { ...input, adapters, evaluateOn: [], seed: 7 };
        const runs = await Promise.all([fuse(system.client, request), fuse(system.client, request)]);
        for (const run of runs) {
          expect(run).toMatchObject({ state: 'SUCCEEDED', problem: null });
          digests.push(run.output!.digest);
          fingerprints.push(run.fingerprint);
        }
      }
      expect(new Set(digests).size).toBe(1);
      expect(new Set(fingerprints).size).toBe(1);
    },
  );
});
