import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Adapter, FusionRun, RunState } from '../entities/index.js';
import { succeeded, TestSystem } from '../testing/test-system.js';
import { claimJob } from './claim.js';
import { PgBossQueue, type ReceivedMessage } from './pg-boss-queue.js';
import { recoverJobs, takeIdentity } from './recover.js';
import { settleFailure, type Held } from './settle.js';

const USAGE = { seconds: 1, peakMemoryBytes: 1 };
const PROBLEM = { code: 'TEST', message: 'the test says so', remedy: null };

describe('a job', () => {
  let system: TestSystem;
  let queue: PgBossQueue;
  beforeAll(async () => {
    system = await TestSystem.start();
    queue = await PgBossQueue.open(system.database.url);
    // The scores of the workspace are not what these tests are about.
    for (let message = await queue.receive(); message; message = await queue.receive())
      await queue.complete(message.messageId);
    await system.em.execute('delete from evaluation');
  });
  afterAll(async () => {
    await queue.close();
    await system.dispose();
  });

  const submit = async (): Promise<FusionRun> => {
    const adapters = (await system.adapters('LORA')).map(({ id }) => ({ adapter: id }));
    return succeeded(
      await system.platform.services.fuse(system.em, { adapters, strategy: { id: 'simpleAverage', options: {} } }),
    );
  };
  const read = (run: FusionRun): Promise<FusionRun> => system.em.findOneOrFail(FusionRun, { id: run.id });
  const receive = async (): Promise<ReceivedMessage> => (await queue.receive())!;
  const hold = async (message: ReceivedMessage, worker: number): Promise<Held> => ({
    ...message,
    attempt: (await claimJob(system.em, queue, message, worker))!.attempt,
  });

  it('and its message are committed together, or neither is', async () => {
    const em = system.em;
    const count = await em.count(FusionRun);
    const adapters = (await system.adapters('LORA')).map(({ id }) => ({ adapter: id }));
    await expect(
      em.transactional(async (inner) => {
        await system.platform.services.fuse(inner, { adapters, strategy: { id: 'simpleAverage', options: {} } });
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(await system.em.count(FusionRun)).toBe(count);
    expect(await queue.receive()).toBeUndefined();
  });

  it('is claimed once, however often its message is delivered', async () => {
    const run = await submit();
    const message = await receive();
    const claims = await Promise.all([1, 2, 3].map((worker) => claimJob(system.em, queue, message, worker)));
    expect(claims.filter((claim) => claim !== undefined)).toHaveLength(1);
    expect(await read(run)).toMatchObject({ state: RunState.RUNNING, attempt: 1 });
    await settleFailure(system.em, queue, { ...message, attempt: 1 }, USAGE, PROBLEM);
  });

  it('is taken over when its worker is dead, and not before; what the dead one says then changes nothing', async () => {
    const run = await submit();
    const identity = await takeIdentity(system.database.url, () => {});
    const first = await hold(await receive(), identity.worker);
    expect(await recoverJobs(system.em, queue)).toBe(0);
    await identity.release();
    expect(await recoverJobs(system.em, queue)).toBe(1);
    expect(await recoverJobs(system.em, queue)).toBe(0);
    const second = await takeIdentity(system.database.url, () => {});
    const held = await hold(await receive(), second.worker);
    expect(held.attempt).toBe(2);
    expect(await settleFailure(system.em, queue, first, USAGE, PROBLEM)).toBe(false);
    expect(await read(run)).toMatchObject({ state: RunState.RUNNING, attempt: 2 });
    expect(await settleFailure(system.em, queue, held, USAGE, PROBLEM)).toBe(true);
    expect(await settleFailure(system.em, queue, held, USAGE, PROBLEM)).toBe(false);
    expect(await read(run)).toMatchObject({ state: RunState.FAILED, problem: PROBLEM, output: null });
    await second.release();
  });

  it('whose message was lost is found and queued again', async () => {
    const run = await submit();
    const { queueJob } = await read(run);
    await system.em.execute('delete from pgboss.job where id = ?', [queueJob]);
    expect(await queue.receive()).toBeUndefined();
    expect(await recoverJobs(system.em, queue)).toBe(1);
    expect((await receive()).id).toBe(run.id);
    await system.platform.services.cancel(system.em, run.id);
  });

  it('that was cancelled while it waited is never claimed', async () => {
    const run = await submit();
    const message = await receive();
    await system.platform.services.cancel(system.em, run.id);
    expect(await claimJob(system.em, queue, message, 1)).toBeUndefined();
    expect(await read(run)).toMatchObject({ state: RunState.CANCELLED, attempt: 0 });
  });

  it('is deleted with what it made only when it has ended and nothing builds on it', async () => {
    const run = await submit();
    const { services } = system.platform;
    expect(await services.remove(system.em, run.id)).toMatchObject({ code: 'JOB_NOT_ENDED' });
    const [adapter] = await system.adapters('LORA');
    expect(await services.remove(system.em, adapter!.id)).toMatchObject({ code: 'ADAPTER_IN_USE' });
    await services.cancel(system.em, run.id);
    expect(await services.remove(system.em, run.id)).toEqual({ id: run.id });
    expect(await system.em.findOne(FusionRun, { id: run.id })).toBeNull();
    expect(await system.em.count(Adapter)).toBe(4);
  });

  it('is imported with its workspace once, however often that is imported', async () => {
    const again = await system.platform.services.importWorkspace(system.em, `${system.database.home}/workspace`);
    expect(again).toEqual({ tasks: 2, adapters: 4, added: 0 });
  });
});
