import { defineError } from '@crucible/engine/errors';

/** What can keep a query from being computed, beside what it asks for. */
export const analysisErrors = {
  busy: defineError({
    code: 'ANALYSIS_BUSY',
    summary: 'Too many comparisons, plans or previews are waiting.',
    remedy: 'Ask again in a while.',
    message: (d: { limit: number }) => `${d.limit} queries are waiting for a process already`,
  }),
  tooLong: defineError({
    code: 'ANALYSIS_TIMEOUT',
    summary: 'A comparison, plan or preview took too long and was ended.',
    remedy: 'Ask for fewer adapters, or for fewer rows of signs.',
    message: (d: { kind: string; seconds: number }) => `a ${d.kind} was ended after ${d.seconds} s`,
  }),
  died: defineError({
    code: 'ANALYSIS_DIED',
    summary: 'The process that computed a comparison, plan or preview ended unexpectedly.',
    remedy: 'Ask again; if it happens again, a plugin or too little memory does this.',
    message: (d: { exit: string }) => `the process of the analysis ended: ${d.exit}`,
  }),
  disposed: defineError({
    code: 'ANALYSIS_STOPPED',
    summary: 'The server is stopping.',
    remedy: 'Ask again when it is back.',
    message: () => 'the server is stopping',
  }),
};
