import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSafetensors } from '../../tensors/index.js';
import { goldenFolder } from '../golden.testing.js';
import { relativeBucket, relativeBuckets } from './relative-buckets.js';

describe('buckets of relative positions', () => {
  // golden/models/t5-buckets: transformers 5.18.0, positions −140 to 140, exact.
  it.each(['bidirectional/32/128', 'causal/32/128', 'bidirectional/8/20', 'causal/8/20'])('equal %s', async (name) => {
    const file = await openSafetensors(join(goldenFolder, 'models/t5-buckets/expected.safetensors'));
    const expected = await file.readInt32(name);
    await file.close();
    const [direction, buckets, maxDistance] = name.split('/');
    const rule = {
      buckets: Number(buckets),
      maxDistance: Number(maxDistance),
      bidirectional: direction === 'bidirectional',
    };
    expect(Array.from(expected, (_, i) => relativeBucket(i - 140, rule))).toEqual([...expected]);
  });

  it('of later queries are the last rows of the whole table', () => {
    const rule = { buckets: 8, maxDistance: 20, bidirectional: false };
    expect(relativeBuckets(2, 9, rule, 7)).toEqual(relativeBuckets(9, 9, rule).slice(7 * 9));
  });
});
