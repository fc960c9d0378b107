import { describe, expect, it } from 'vitest';
import { OrderedWindow } from './ordered-window.js';

describe('OrderedWindow', () => {
  it('gives results in the order asked for, and never holds more than the window', async () => {
    let held = 0;
    let most = 0;
    const window = new OrderedWindow(10, 3, async (index) => {
      held += 1;
      most = Math.max(most, held);
      return index;
    });
    const taken: number[] = [];
    for (let index = 0; index < 10; index += 1) {
      taken.push(await window.take(index));
      held -= 1;
    }
    expect(taken).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(most).toBeLessThanOrEqual(4);
  });

  it('takes results out of order, as files of odd names ask for them, each once', async () => {
    const window = new OrderedWindow(4, 1, async (index) => index);
    expect([await window.take(2), await window.take(0), await window.take(1), await window.take(3)]).toEqual([
      2, 0, 1, 3,
    ]);
    await expect(window.take(2)).rejects.toThrow('result 2 was taken already');
  });

  it('throws a failure to whoever takes it, and waits for the rest when drained', async () => {
    let ended = 0;
    const window = new OrderedWindow(3, 3, async (index) => {
      await new Promise((resolve) => setImmediate(resolve));
      ended += 1;
      if (index === 0) throw new Error('first');
      return index;
    });
    await expect(window.take(0)).rejects.toThrow('first');
    await window.drain();
    expect(ended).toBe(3);
  });
});
