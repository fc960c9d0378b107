import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Score } from '../entities/index.js';
import { comparisonLimits } from '../comparison/limits.js';
import { OutcomeCache } from '../comparison/outcome-cache.js';
import { createTestServer, type TestServer } from './testing/create-test-server.js';
import { seed, type Seeded } from './testing/seed.js';

let server: TestServer;
let seeded: Seeded;

/** Each score gets outcomes on the disk that say what its value says: of 200 examples the first few right, shifted by the score's place. */
beforeAll(async () => {
  server = await createTestServer();
  const em = server.platform.orm.em.fork();
  seeded = await seed(em, { tasks: 2, adapters: 2, runs: 3 });
  const scores = await em.find(Score, {}, { orderBy: { id: 'asc' } });
  for (const [place, score] of scores.entries()) {
    const right = 60 + ((place * 17) % 80);
    const outcomes = Uint8Array.from({ length: 200 }, (_, i) => Number((i + place) % 200 < right));
    const { digest } = await server.platform.blobs.put(outcomes);
    Object.assign(score, { outcomes: digest, value: right / 200, n: 200 });
  }
  await em.flush();
});
afterAll(() => server.dispose());

const COMPARE = `query ($input: ComparisonInput!) {
  comparison(input: $input) {
    __typename
    ... on Problem { code message path }
    ... on Comparison {
      split alpha bootstrapped subjectCount
      tasks { id }
      rows {
        subject { __typename ... on FusionRun { id } ... on Adapter { id } ... on BaseModel { id } }
        mean worst worstTask dominated
        meanDifference { difference low high confidence }
        cells {
          score { value n interval { low high } }
          reference { value }
          difference { difference pValue pAdjusted significant lost won leastSignificant }
        }
      }
    }
  }
}`;

interface Answer {
  readonly comparison: {
    readonly __typename: string;
    readonly code: string;
    readonly rows: readonly {
      readonly subject: { readonly __typename: string; readonly id: string };
      readonly mean: number | null;
      readonly worst: number | null;
      readonly meanDifference: { readonly difference: number; readonly low: number; readonly high: number } | null;
      readonly cells: readonly {
        readonly score: { readonly value: number } | null;
        readonly reference: { readonly value: number } | null;
        readonly difference: { readonly difference: number; readonly won: number; readonly lost: number } | null;
      }[];
    }[];
  };
}
const compare = async (input: object): Promise<Answer['comparison']> =>
  (await server.data<Answer>(COMPARE, { input })).comparison;

describe('a comparison over the API', () => {
  it('answers a row per subject and a cell per task, against one of the subjects', async () => {
    const tasks = seeded.tasks.map(({ id }) => id);
    const subjects = seeded.runs.map(({ id }) => ({ run: id }));
    const { rows } = await compare({ subjects, tasks, against: 'SUBJECT', referenceSubject: 0 });
    expect(rows.map(({ subject }) => subject)).toEqual(seeded.runs.map(({ id }) => ({ __typename: 'FusionRun', id })));
    for (const { cells, mean, worst } of rows) {
      const values = cells.map(({ score }) => score!.value);
      expect(mean).toBeCloseTo((values[0]! + values[1]!) / 2, 12);
      expect(worst).toBe(Math.min(...values));
    }
    const [reference, ...others] = rows;
    expect(reference!.cells.map(({ difference }) => difference)).toEqual([null, null]);
    expect(reference!.meanDifference).toBeNull();
    for (const { cells, meanDifference } of others) {
      for (const { score, reference, difference } of cells) {
        expect(difference!.difference).toBeCloseTo(score!.value - reference!.value, 12);
        expect(difference!.won - difference!.lost).toBeCloseTo(200 * (score!.value - reference!.value), 9);
      }
      expect(meanDifference!.low).toBeLessThanOrEqual(meanDifference!.difference);
    }
  });

  it('says what each subject was made with', async () => {
    const [run] = seeded.runs;
    const query = `query ($input: ComparisonInput!) {
      comparison(input: $input) { ... on Comparison { rows { settings { name value } } } }
    }`;
    const subjects = [{ run: run!.id }, { adapter: seeded.adapters[0]!.id }, { base: seeded.bases[0]!.id }];
    const input = { subjects, tasks: [seeded.tasks[0]!.id] };
    const { comparison } = await server.data<{ comparison: { rows: { settings: unknown[] }[] } }>(query, { input });
    expect(comparison.rows.map(({ settings }) => settings)).toEqual([
      [
        { name: 'strategy', value: expect.any(String) },
        { name: 'version', value: run!.strategyVersion },
        { name: 'lambda', value: '0.3' },
        { name: 'space', value: 'DELTA' },
        { name: 'adapters', value: 'task-0-adapter-0' },
        { name: 'seed', value: '0' },
      ],
      [
        { name: 'method', value: 'L_LORA' },
        { name: 'rank', value: '4' },
        { name: 'scale', value: '1' },
      ],
      [],
    ]);
  });

  it('says nothing where there is no score or no reference', async () => {
    const tasks = seeded.tasks.map(({ id }) => id);
    const { rows } = await compare({
      subjects: [{ base: seeded.bases[0]!.id }],
      tasks,
      split: 'TRAIN',
      against: 'BASE',
    });
    expect(rows[0]).toMatchObject({ mean: null, worst: null, cells: [{ score: null }, { score: null }] });
  });

  it('sends as many statements for many subjects as for one', async () => {
    const tasks = seeded.tasks.map(({ id }) => id);
    const [first] = seeded.runs;
    const one = await server.countQueries(() => compare({ subjects: [{ run: first!.id }], tasks }));
    const all = await server.countQueries(() =>
      compare({ subjects: seeded.runs.map(({ id }) => ({ run: id })), tasks }),
    );
    expect(all).toHaveLength(one.length);
  });

  it.each([
    ['nothing', { subjects: [] }, 'OPTIONS_INVALID'],
    ['no tasks', { tasks: [] }, 'OPTIONS_INVALID'],
    ['a reference that is no subject', { against: 'SUBJECT', referenceSubject: 99 }, 'OPTIONS_INVALID'],
    ['an alpha of 1', { alpha: 1 }, 'OPTIONS_INVALID'],
    ['a subject that names two', { subjects: [{ run: 'a', base: 'b' }] }, 'OPTIONS_INVALID'],
    ['an unknown run', { subjects: [{ run: '00000000-0000-4000-8000-000000000000' }] }, 'NOT_FOUND'],
    ['an unknown task', { tasks: ['00000000-0000-4000-8000-000000000000'] }, 'NOT_FOUND'],
    [
      'more subjects than one may ask for',
      { subjects: Array.from({ length: comparisonLimits.subjects + 1 }, () => ({ run: 'x' })) },
      'QUOTA_EXCEEDED',
    ],
  ])('refuses %s', async (_, given, code) => {
    const tasks = seeded.tasks.map(({ id }) => id);
    const input = { subjects: seeded.runs.map(({ id }) => ({ run: id })), tasks, ...given };
    expect(await compare(input)).toMatchObject({ code });
  });
});

describe('outcomes in memory', () => {
  it('are read once, and the oldest are let go at the cap', async () => {
    const digests = [];
    for (const fill of [1, 2, 3]) {
      digests.push(
        (await server.platform.blobs.put(new Uint8Array(100).fill(fill % 2).fill(fill > 2 ? 1 : 0, 0, 9))).digest,
      );
    }
    const cache = new OutcomeCache(server.platform.blobs, 250);
    for (const digest of digests) await cache.read(digest);
    expect(cache.byteLength).toBe(200);
    expect(await cache.read(digests[0]!)).toHaveLength(100);
    expect(cache.byteLength).toBe(200);
  });
});
