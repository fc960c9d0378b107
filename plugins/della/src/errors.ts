import { defineError } from '@crucible/engine/errors';

export const dellaErrors = {
  windowOutOfRange: defineError({
    code: 'DELLA_WINDOW_OUT_OF_RANGE',
    summary: 'The window of keep probabilities does not lie between 0 and 1.',
    remedy: 'Lower `epsilon`, or move `density` away from 0 and 1.',
    message: (d: { density: number; least: number; most: number; widest: number }) =>
      `probabilities from ${d.least} to ${d.most} do not lie between 0 and 1; at density ${d.density} give an epsilon below ${d.widest}`,
  }),
};
