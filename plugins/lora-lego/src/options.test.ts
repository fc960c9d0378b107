import { checkOptions } from '@crucible/sdk';
import { loraLego } from './lora-lego-strategy.js';
import { MOST_CLUSTERS, MOST_RESTARTS } from './options.js';
import { expect, it } from 'vitest';

it.each<[string, object, boolean]>([
  ['takes as many clusters and starts as there may be', { rank: MOST_CLUSTERS, restarts: MOST_RESTARTS }, true],
  ['refuses a cluster more', { rank: MOST_CLUSTERS + 1 }, false],
  ['refuses a start more', { restarts: MOST_RESTARTS + 1 }, false],
  ['refuses no cluster', { rank: 0 }, false],
  ['refuses half a cluster', { rank: 1.5 }, false],
  ['refuses no start', { restarts: 0 }, false],
  ['refuses other units', { units: 'COLUMNS' }, false],
])('%s', (_, options, accepted) => {
  expect(checkOptions(loraLego, options).ok).toBe(accepted);
});
