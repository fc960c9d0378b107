import type { Page } from 'playwright-core';
import { openBrowser } from '../harness/open-browser.js';
import { RunningSystem } from '../harness/running-system.js';

const RUNS = 1000;
const TASKS = 20;
const TIMES = 15;

/** Mulberry32: the same figures every time. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const idOf = (kind: number, index: number): string =>
  `0000000${kind}-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;

/** What the API would answer for so many runs and tasks. */
function answerOf(): object {
  const random = randomOf(1);
  const cell = (): object => {
    const value = random();
    const difference = random() / 5 - 0.1;
    return {
      score: {
        value,
        n: 1000,
        selectedOn: null,
        normalizedByBest: value,
        interval: { low: value - 0.03, high: value + 0.03, confidence: 0.95 },
      },
      reference: { value: value - difference },
      difference: {
        difference,
        pAdjusted: random(),
        significant: random() < 0.5,
        leastSignificant: 0.02,
        won: 40,
        lost: 30,
      },
    };
  };
  const rows = Array.from({ length: RUNS }, (_, run) => ({
    mean: random(),
    worst: random() / 2,
    worstTask: run % TASKS,
    dominated: run % 3 > 0,
    chosenHere: false,
    meanDifference: null,
    settings: [
      { name: 'strategy', value: `Strategy ${run % 7}` },
      { name: 'lambda', value: String((run % 10) / 10) },
      { name: 'density', value: String((run % 5) / 5) },
      { name: 'seed', value: String(Math.floor(run / 70)) },
    ],
    subject: {
      __typename: 'FusionRun',
      id: idOf(1, run),
      runName: `Run ${run}`,
      seed: Math.floor(run / 70),
      strategy: { title: `Strategy ${run % 7}` },
    },
    cells: Array.from({ length: TASKS }, cell),
  }));
  return {
    comparison: {
      __typename: 'Comparison',
      alpha: 0.05,
      bootstrapped: false,
      split: 'TEST',
      tasks: Array.from({ length: TASKS }, (_, index) => ({ id: idOf(2, index), title: `Task ${index}` })),
      rows,
    },
  };
}

/** Only the answers are made up: the page, its view model and its drawing are those that people use. */
async function serve(page: Page): Promise<void> {
  const comparison = answerOf();
  const state = `of=${Array.from({ length: RUNS }, (_, run) => `r${idOf(1, run)}`).join('.')}&chart=none`;
  await page.route('**/graphql', async (route) => {
    const { query = '' } = (route.request().postDataJSON() ?? {}) as { readonly query?: string };
    const name = /query (\w+)/.exec(query)?.[1];
    if (name === 'Comparison') await route.fulfill({ json: { data: comparison } });
    else if (name === 'SavedComparison') {
      const node = { __typename: 'SavedComparison', id: idOf(3, 0), name: 'bench', state };
      await route.fulfill({ json: { data: { node } } });
    } else if (name === 'Subjects') {
      const { tasks } = (comparison as { comparison: { tasks: object[] } }).comparison;
      const runs = Array.from({ length: 50 }, (_, run) => ({
        id: idOf(1, run),
        name: `Run ${run}`,
        seed: 0,
        evaluateOn: tasks,
        strategy: { title: 'Strategy' },
      }));
      const data = {
        fusionRuns: { totalCount: RUNS, nodes: runs },
        adapters: { nodes: [] },
        baseModels: { nodes: [] },
        tasks: { nodes: tasks },
      };
      await route.fulfill({ json: { data } });
    } else await route.continue();
  });
}

interface Measured {
  /** Until it was painted. */
  readonly wall: number;
  /** Of them, what the page's own thread worked. */
  readonly busy: number;
}

/** Milliseconds from a click, or from a letter typed, until the page that shows what it asked for has been painted. */
async function measure(page: Page, selectors: readonly string[]): Promise<readonly Measured[]> {
  // In processor time of the page's thread: what other processes take from it is no work of the page.
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const busy = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1000;
  };
  const times: Measured[] = [];
  for (let turn = 0; turn < TIMES; turn += 1) {
    const selector = selectors[turn % selectors.length]!;
    const before = await busy();
    const wall = await page.evaluate<number>(`(async () => {
        const element = document.querySelector(${JSON.stringify(selector)});
        const shown = () => document.querySelector('table[aria-rowcount] tbody').textContent;
        const before = shown();
        const start = performance.now();
        if (element.type === 'search') {
          const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
          set.call(element, element.value ? '' : 'lambda 0.3');
          element.dispatchEvent(new Event('input', { bubbles: true }));
        } else element.click();
        const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
        do await frame(); while (shown() === before);
        return performance.now() - start;
      })()`);
    times.push({ wall, busy: (await busy()) - before });
    await page.waitForTimeout(200);
  }
  // The first of each warms up what the browser compiles.
  return times.slice(selectors.length);
}

const medianAndMost = (times: readonly number[]): string => {
  const sorted = times.toSorted((a, b) => a - b);
  return `${sorted[Math.floor(sorted.length / 2)]!.toFixed(0)} | ${sorted.at(-1)!.toFixed(0)}`;
};

const WORK = [
  ['Sort by another column', ['thead th:nth-child(4) [role=button]', 'thead th:nth-child(5) [role=button]']],
  [
    'Switch the view',
    ['[role=group] button[value=difference]', '[role=group] button[value=share]', '[role=group] button[value=score]'],
  ],
  ['Filter by an option', ['#find']],
  ['Group seeds, and ungroup', ['input[type=checkbox]']],
] as const;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const own = process.argv[2] === undefined ? await RunningSystem.start({ arguments: ['--no-demo'] }) : undefined;
const browser = await openBrowser();
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, locale: 'en-GB' });
  await serve(page);
  await page.goto(`${own?.url ?? process.argv[2]}/compare/${idOf(3, 0)}`);
  await page.getByRole('rowheader', { name: /^Run / }).first().waitFor();
  say(`${RUNS} runs × ${TASKS} tasks; rows in the page: ${await page.getByRole('rowheader').count()}`);
  say('| what | work, median, ms | most | until painted, median, ms | most |\n| --- | ---: | ---: | ---: | ---: |');
  for (const [what, selectors] of WORK) {
    const times = await measure(page, selectors);
    say(
      `| ${what} | ${medianAndMost(times.map(({ busy }) => busy))} | ${medianAndMost(times.map(({ wall }) => wall))} |`,
    );
  }
} finally {
  await browser.close();
  await own?.dispose();
}
