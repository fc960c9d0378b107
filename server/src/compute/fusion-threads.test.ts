import { describe, expect, it } from 'vitest';
import { fusionLimits } from '@crucible/sdk/host';
import { BYTES_WORTH_THREADS, fusionThreads } from './fusion-threads.js';

describe('fusionThreads', () => {
  const large = { cores: 8, backend: 'wasm', bytes: BYTES_WORTH_THREADS };
  it.each([
    ['all free cores for much work', large, 8],
    ['one for little work', { ...large, bytes: BYTES_WORTH_THREADS - 1 }, 1],
    ['one on a backend with threads of its own', { ...large, backend: 'tensorflow' }, 1],
    ['one on a GPU', { ...large, backend: 'webgpu' }, 1],
    ['one where no core is free', { ...large, cores: 0 }, 1],
    ['no more than the cap', { ...large, cores: 1000 }, fusionLimits.processes],
  ])('%s', (_, given, expected) => {
    expect(fusionThreads(given)).toBe(expected);
  });
});
