import { describe, expect, it } from 'vitest';
import { describeProgress } from './demo-progress.js';

describe('describeProgress', () => {
  it('counts what has ended and names what is under way', () => {
    const line = describeProgress([
      { title: 'a', state: 'SUCCEEDED' },
      { title: 'b', state: 'FAILED' },
      { title: 'c', state: 'RUNNING', progress: { phase: 'FUSE', done: 1, total: 4 } },
      { title: 'd', state: 'SCORING', progress: null },
      { title: 'e', state: 'QUEUED' },
    ]);
    expect(line).toBe('2/5 done · c (fuse 25 %) · d (scoring)');
  });
});
