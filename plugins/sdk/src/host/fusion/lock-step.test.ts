import { describe, expect, it } from 'vitest';
import { LockStep } from './lock-step.js';

describe('LockStep', () => {
  it('makes each result once, and none before all readers are done with those before it', async () => {
    const events: string[] = [];
    const steps = new LockStep(2, async (index) => {
      events.push(`make ${index}`);
      return index;
    });
    const read = async (reader: number, indexes: readonly number[]): Promise<readonly number[]> => {
      const got: number[] = [];
      for (const index of indexes) {
        got.push(await steps.take(reader, index));
        events.push(`reader ${reader} has ${index}`);
      }
      steps.leave(reader);
      return got;
    };
    const slow = async (): Promise<readonly number[]> => {
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
      return read(1, [1, 2]);
    };
    expect(await Promise.all([read(0, [0, 1, 3]), slow()])).toEqual([
      [0, 1, 3],
      [1, 2],
    ]);
    expect(events.filter((event) => event.startsWith('make'))).toEqual(['make 0', 'make 1', 'make 2', 'make 3']);
    expect(events.indexOf('make 2')).toBeGreaterThan(events.indexOf('reader 0 has 1'));
    expect(events.indexOf('make 3')).toBeGreaterThan(events.indexOf('reader 1 has 2'));
  });

  it('ends every reader with the error that came first', async () => {
    const steps = new LockStep(3, async (index) => index);
    const waiting = steps.take(0, 1);
    const first = new Error('first');
    expect(steps.fail(first)).toBe(first);
    expect(steps.fail(new Error('second'))).toBe(first);
    await expect(waiting).rejects.toBe(first);
    await expect(steps.take(1, 0)).rejects.toBe(first);
  });

  it('ends all where a result cannot be made', async () => {
    const steps = new LockStep(2, async () => {
      throw new Error('boom');
    });
    const settled = await Promise.allSettled([steps.take(0, 0), steps.take(1, 0)]);
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
