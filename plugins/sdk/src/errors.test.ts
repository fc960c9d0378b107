import { defineError } from '@crucible/engine/errors';
import { describe, expect, it } from 'vitest';
import { strategyFailed } from './errors.js';

const weightNegative = defineError({
  code: 'RULE_WEIGHT_NEGATIVE',
  summary: 'A weight is below 0.',
  remedy: 'Give weights from 0 on.',
  message: (d: { got: number }) => `the weight is ${d.got}`,
});

describe('what a strategy threw', () => {
  it('is its own advice where it refused something, and a report to its author where it broke', () => {
    const refusal = weightNegative({ got: -1 });
    expect(strategyFailed({ id: 'rule' }, 'fuseModule', refusal, 'layer')).toMatchObject({
      code: 'STRATEGY_FAILED',
      message: 'strategy "rule" failed in fuseModule of module "layer": the weight is -1',
      remedy: 'Give weights from 0 on.',
      details: { strategy: 'rule', module: 'layer' },
      cause: refusal,
    });
    expect(strategyFailed({ id: 'rule' }, 'survey', new TypeError('boom'))).toMatchObject({
      code: 'STRATEGY_FAILED',
      message: 'strategy "rule" failed in survey: boom',
      remedy: expect.stringContaining('author of the plugin'),
    });
  });
});
