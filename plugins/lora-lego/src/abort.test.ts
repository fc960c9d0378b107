import { randomMatrix } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { clusterUnits } from './cluster-units.js';
import { takeTurns } from './take-turns.js';
import { unitProducts } from './unit-products.js';

/** An abort was once heard only between the starts of the clustering, by which time a large module had taken minutes. */
describe('an abort of LoRA-LEGO', () => {
  it('is heard in the middle of one start', async () => {
    const controller = new AbortController();
    const reason = new Error('aborted by the test');
    let steps = 0;
    const turn = async (): Promise<void> => {
      steps += 1;
      if (steps === 3) controller.abort(reason);
      controller.signal.throwIfAborted();
    };
    const products = await unitProducts({ a: randomMatrix('a', 40, 6), b: randomMatrix('b', 5, 40) }, () => undefined);
    const options = {
      count: 20,
      restarts: 1,
      draw: (_: number, step: number, unit: number) => ((step * 41 + unit * 17) % 97) / 97,
    };
    await expect(clusterUnits(products, { ...options, turn })).rejects.toBe(reason);
    expect(steps).toBe(3);
    steps = 3;
    await expect(clusterUnits(products, { ...options, turn: () => undefined })).resolves.toMatchObject({ count: 20 });
  });

  it('gets its turn from the event loop, in which alone it can come', async () => {
    const controller = new AbortController();
    const turn = takeTurns(controller.signal);
    setImmediate(() => controller.abort(new Error('from outside')));
    const work = async (): Promise<void> => {
      for (;;) await turn();
    };
    await expect(work()).rejects.toThrow('from outside');
  });
});

it.each([1, 100, 1 << 25])(
  'the products of units are those of the points, in pieces of %i multiplications',
  async (piece) => {
    const [a, b] = [randomMatrix('rows', 9, 4), randomMatrix('columns', 3, 9)];
    const { data } = await unitProducts({ a, b }, () => undefined, piece);
    for (let i = 0; i < 9; i += 1) {
      for (let j = 0; j < 9; j += 1) {
        let expected = 0;
        for (let k = 0; k < 4; k += 1) expected += a.data[i * 4 + k]! * a.data[j * 4 + k]!;
        for (let k = 0; k < 3; k += 1) expected += b.data[k * 9 + i]! * b.data[k * 9 + j]!;
        expect(Math.abs(data[i * 9 + j]! - expected)).toBeLessThan(1e-12);
      }
    }
  },
);
