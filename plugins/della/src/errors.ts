import { defineError } from '@crucible/engine/errors';

export const dellaErrors = {
  windowOutOfRange: defineError({
    code: 'DELLA_WINDOW_OUT_OF_RANGE',
    summary: 'The window of keep probabilities does not lie between 0 and 1.',
    remedy: 'Lower `epsilon`, or move `density` away from 0 and 1.',
    message: (d: { density: number; least: number; most: number; widest: number }) =>
      `probabilities from ${d.least} to ${d.most} do not lie between 0 and 1; at density ${d.density} give an epsilon below ${d.widest}`,
  }),
  rowTooLong: defineError({
    code: 'DELLA_ROW_TOO_LONG',
    summary: 'A row has more entries than can be ranked.',
    remedy: 'Leave that module out; no weight of a model is that wide.',
    message: (d: { got: number; limit: number }) =>
      `a row has ${d.got} entries, and DELLA ranks ${d.limit} at most; leave that module out`,
  }),
};
