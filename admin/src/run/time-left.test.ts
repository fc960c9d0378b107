import { describe, expect, it } from 'vitest';
import { addSample, paceOf, type Sample } from './time-left';

const at = (seconds: number, done: number, phase = 'FUSE', total = 100): Sample => ({
  phase,
  done,
  total,
  at: seconds * 1000,
});
const after = (...samples: readonly Sample[]) => samples.reduce(addSample, [] as readonly Sample[]);

describe('the pace of a phase', () => {
  it('is what was done over the time that it took, and the rest at that pace', () =>
    expect(paceOf(after(at(0, 10), at(5, 30), at(10, 60)))).toEqual({ perSecond: 5, secondsLeft: 8 }));
  it.each([
    ['one sample', [at(0, 10)]],
    ['a phase that stands still', [at(0, 10), at(9, 10)]],
    ['a phase without an end', [at(0, 1, 'FUSE', 0), at(1, 2, 'FUSE', 0)]],
    ['a new phase', [at(0, 10), at(5, 50), at(6, 0, 'SCORE')]],
    ['a retry, which begins again', [at(0, 10), at(5, 50), at(6, 3)]],
  ])('is not known from %s', (_, samples) => expect(paceOf(after(...samples))).toBeUndefined());
  it('forgets what is long ago', () => {
    const samples = after(
      ...Array.from({ length: 100 }, (_, index) => at(index < 50 ? index * 10 : 500 + index, index)),
    );
    expect(paceOf(samples)?.perSecond).toBeCloseTo(1);
  });
});
