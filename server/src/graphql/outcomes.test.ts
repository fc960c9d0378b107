import { join } from 'node:path';
import { writeTask, type Examples } from '@crucible/engine/tasks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { comparisonLimits } from '../comparison/limits.js';
import { FusionSpaceName, Score, SplitName, Sweep, Task } from '../entities/index.js';
import { createTestServer, type TestServer } from './testing/create-test-server.js';
import { seed, type Seeded } from './testing/seed.js';

const COUNT = 12;
/** Right are 0 to 5 by the reference, 4 to 11 by the subject. */
const BEFORE = Uint8Array.from({ length: COUNT }, (_, place) => Number(place < 6));
const AFTER = Uint8Array.from({ length: COUNT }, (_, place) => Number(place >= 4));

let server: TestServer;
let seeded: Seeded;

/** Splits differ by the stride of their pixels: a task's share no example. */
function examples(count: number, stride: number): Examples {
  return {
    count,
    height: 2,
    width: 2,
    channels: 1,
    pixels: Uint8Array.from({ length: count * 4 }, (_, index) => (index * stride) % 251),
    labels: Int32Array.from({ length: count }, (_, index) => index % 2),
  };
}

beforeAll(async () => {
  server = await createTestServer();
  const { blobs, orm } = server.platform;
  const em = orm.em.fork();
  seeded = await seed(em, { tasks: 2, adapters: 1, runs: 2 });
  const path = join(server.platform.home, 'task.safetensors');
  await writeTask(
    path,
    {
      version: 1,
      name: 'task-0',
      title: 'Task',
      description: 'Ramps.',
      metric: 'accuracy',
      licence: 'CC0-1.0',
      source: 'a test',
      classes: ['zero', 'one'],
    },
    { train: examples(2, 7), validation: examples(2, 11), test: examples(COUNT, 13) },
  );
  // The seed's scores have outcomes in name only.
  await em.nativeUpdate(Score, {}, { outcomes: null });
  for (const score of seeded.scores) score.outcomes = null;
  const { digest } = await blobs.putFile(path);
  const task = await em.findOneOrFail(Task, { id: seeded.tasks[0]!.id });
  task.digest = digest;
  task.classes = ['zero', 'one'];
  const outcomes = [BEFORE, AFTER];
  for (const [index, run] of seeded.runs.slice(0, 2).entries()) {
    const score = await em.findOneOrFail(Score, { run: run.id, task: task.id });
    score.outcomes = (await blobs.put(outcomes[index]!)).digest;
    score.n = COUNT;
  }
  await em.flush();
});
afterAll(() => server.dispose());

const OUTCOMES = `query ($input: OutcomesInput!) {
  outcomes(input: $input) {
    __typename
    ... on Problem { code message path }
    ... on Outcomes {
      totalCount next task { id } score { n } reference { n }
      counts { change count }
      examples { change sample { position label image { width height address } } }
    }
  }
}`;

interface Answer {
  readonly outcomes: {
    readonly __typename: string;
    readonly totalCount: number;
    readonly next: number | null;
    readonly counts: readonly { readonly change: string; readonly count: number }[];
    readonly examples: readonly {
      readonly change: string;
      readonly sample: {
        readonly position: number;
        readonly label: string;
        readonly image: { readonly address: string };
      };
    }[];
  };
}

async function outcomes(input: object): Promise<Answer['outcomes']> {
  const [reference, subject] = seeded.runs;
  const given = {
    subject: { run: subject!.id },
    against: 'SUBJECT',
    reference: { run: reference!.id },
    task: seeded.tasks[0]!.id,
    ...input,
  };
  return (await server.data<Answer>(OUTCOMES, { input: given })).outcomes;
}
const placesOf = ({ examples: shown }: Answer['outcomes']) =>
  shown.map(({ change, sample: { position } }) => [change, position]);

describe('examples that flipped', () => {
  it('are those that one side alone got right, in the order of the split, as pictures', async () => {
    const answer = await outcomes({});
    expect(answer.counts).toEqual([
      { change: 'WON', count: 6 },
      { change: 'LOST', count: 4 },
      { change: 'BOTH_RIGHT', count: 2 },
      { change: 'BOTH_WRONG', count: 0 },
    ]);
    expect(placesOf(answer)).toEqual([
      ...[0, 1, 2, 3].map((place) => ['LOST', place]),
      ...[6, 7, 8, 9, 10, 11].map((place) => ['WON', place]),
    ]);
    expect([answer.totalCount, answer.next]).toEqual([10, null]);
    expect(answer.examples.map(({ sample: { label } }) => label).slice(0, 2)).toEqual(['zero', 'one']);
    expect(answer.examples[0]!.sample.image.address).toMatch(/^data:image\/png;base64,/);
  });

  it('come in pages that leave out none and repeat none', async () => {
    const seen: unknown[] = [];
    for (let skip: number | null = 0, pages = 0; skip !== null; pages += 1) {
      const answer: Answer['outcomes'] = await outcomes({ first: 4, skip });
      seen.push(...placesOf(answer).map(([, place]) => place));
      skip = answer.next;
      expect(pages).toBeLessThan(3);
    }
    expect(seen).toEqual([0, 1, 2, 3, 6, 7, 8, 9, 10, 11]);
  });

  it('are of the changes asked for', async () => {
    expect(placesOf(await outcomes({ changes: ['BOTH_RIGHT'] }))).toEqual([
      ['BOTH_RIGHT', 4],
      ['BOTH_RIGHT', 5],
    ]);
    expect(await outcomes({ changes: ['BOTH_WRONG'] })).toMatchObject({ totalCount: 0, examples: [], next: null });
    expect(await outcomes({ skip: 500 })).toMatchObject({ totalCount: 10, examples: [], next: null });
  });

  it.each([
    ['a subject that names two', { subject: { run: 'a', base: 'b' } }, 'OPTIONS_INVALID'],
    ['no reference', { reference: null }, 'OPTIONS_INVALID'],
    ['an unknown run', { subject: { run: '00000000-0000-4000-8000-000000000000' } }, 'NOT_FOUND'],
    ['an unknown task', { task: 'x' }, 'NOT_FOUND'],
    ['a split without scores', { split: 'TRAIN' }, 'OPTIONS_INVALID'],
    ['more than a page', { first: comparisonLimits.outcomesShown + 1 }, 'OPTIONS_INVALID'],
    ['a page before the first', { skip: -1 }, 'OPTIONS_INVALID'],
  ])('are not to be had of %s', async (_, input, code) => {
    expect(await outcomes(input)).toMatchObject({ code });
  });

  it('are not to be had where answers were never told apart', async () => {
    expect(await outcomes({ task: seeded.tasks[1]!.id })).toMatchObject({ code: 'OPTIONS_INVALID' });
  });
});

it('says of a sweep’s choice that its score on validation flatters it, and of nothing else', async () => {
  const em = server.platform.orm.em.fork();
  const strategy = seeded.strategy.id;
  const axes = [{ option: 'lambda', values: [0, 1] }];
  const space = FusionSpaceName.DELTA;
  const sweep = em.create(Sweep, { strategy, axes, options: {}, space, size: 2, chosenPoint: 1 } as never);
  const runs = await em.find(Score, { task: seeded.tasks[0]!.id }, { populate: ['run'], limit: 2 });
  for (const [point, score] of runs.entries()) Object.assign(score.run!.getEntity(), { sweep, point });
  await em.flush();
  const chosen = async (split: SplitName): Promise<unknown> => {
    const subjects = [...runs.map(({ run }) => ({ run: run!.id })), { base: seeded.bases[0]!.id }];
    const query = `query ($input: ComparisonInput!) { comparison(input: $input) { ... on Comparison { rows { chosenHere } } } }`;
    const input = { subjects, tasks: [seeded.tasks[0]!.id], split };
    const { comparison } = await server.data<{ comparison: { rows: { chosenHere: boolean }[] } }>(query, { input });
    return comparison.rows.map(({ chosenHere }) => chosenHere);
  };
  expect(await chosen(SplitName.VALIDATION)).toEqual([false, true, false]);
  expect(await chosen(SplitName.TEST)).toEqual([false, false, false]);
});
