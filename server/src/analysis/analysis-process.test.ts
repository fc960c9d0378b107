import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AnalysisProcess } from './analysis-process.js';
import { analysisLimits } from './limits.js';
import type { SimilarityWork } from './protocol.js';

const work: SimilarityWork = { kind: 'SIMILARITY', adapters: [], weights: [], signRows: 0 };

/** Answers the weights that it is asked with; a first weight of -1 ends it, of -2 it does not answer at all. */
const ENTRY = `process.on('message', ({ id, work }) => {
  if (work.weights[0] === -1) process.exit(3);
  if (work.weights[0] !== -2) process.send({ id, type: 'done', answer: work.weights });
});`;

describe('a process for queries', () => {
  let folder: string;
  let entry: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'analysis-'));
    entry = join(folder, 'entry.mjs');
    await writeFile(entry, ENTRY);
  });
  afterAll(() => rm(folder, { recursive: true }));
  const ask = (process: AnalysisProcess, ...weights: readonly number[]): Promise<unknown> =>
    process.ask({ ...work, weights });

  it('answers each query with its own answer, in turn', async () => {
    const process = new AnalysisProcess(entry);
    const answers = await Promise.all([1, 2, 3].map((weight) => ask(process, weight)));
    expect(answers).toMatchObject([{ answer: [1] }, { answer: [2] }, { answer: [3] }]);
    await process.dispose();
  });

  it('that dies fails the query that it worked on and no other', async () => {
    const process = new AnalysisProcess(entry);
    const [died, next] = await Promise.allSettled([ask(process, -1), ask(process, 4)]);
    expect(died).toMatchObject({ reason: { code: 'ANALYSIS_DIED', message: expect.stringContaining('3') as string } });
    expect(next).toMatchObject({ value: { answer: [4] } });
    await process.dispose();
  });

  it('that takes too long is ended, and the next query has another', async () => {
    const process = new AnalysisProcess(entry, { SIMILARITY: 2_000, PLAN: 2_000, PREVIEW: 2_000 });
    const [late, next] = await Promise.allSettled([ask(process, -2), ask(process, 5)]);
    expect(late).toMatchObject({ reason: { code: 'ANALYSIS_TIMEOUT' } });
    expect(next).toMatchObject({ value: { answer: [5] } });
    await process.dispose();
  });

  it('lets so many wait and no more; stopping fails all of them', async () => {
    const process = new AnalysisProcess(entry);
    const waiting = Array.from({ length: analysisLimits.waiting + 1 }, () => ask(process, -2));
    const settled = Promise.allSettled(waiting);
    await expect(ask(process, 1)).rejects.toMatchObject({ code: 'ANALYSIS_BUSY' });
    await process.dispose();
    for (const each of await settled) expect(each).toMatchObject({ reason: { code: 'ANALYSIS_STOPPED' } });
    await expect(ask(process, 1)).rejects.toMatchObject({ code: 'ANALYSIS_STOPPED' });
  });
});
