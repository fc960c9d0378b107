// Takes the pictures of docs/console.md: the demo workspace in a browser, wide and narrow, light and dark. With an address, of a system that runs there and has
// been through the demo; else of one that is started for it, which takes minutes.
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { listSpecialists } from '../harness/demo-workspace.js';
import { GraphqlClient } from '../harness/graphql-client.js';
import { openBrowser } from '../harness/open-browser.js';
import { waitUntil } from '../harness/processes.js';
import { RunningSystem } from '../harness/running-system.js';

const folder = fileURLToPath(new URL('../../../docs/screenshots/', import.meta.url));
const golden = fileURLToPath(new URL('../../../server/golden/peft/eq-a/', import.meta.url));

/** Text stays sharp, and a picture has 20 to 60 kB. */
const QUALITY = 70;
const SIZES = [
  { name: 'wide', width: 1280, height: 900 },
  { name: 'narrow', width: 390, height: 844 },
] as const;
const SCHEMES = ['light', 'dark'] as const;

interface Shot {
  readonly name: string;
  readonly path: string;
  /** What is done on the page before its picture is taken. */
  readonly prepare?: (page: Page) => Promise<void>;
}

interface Ids {
  readonly id: string;
}

/** What is photographed. */
interface Subject {
  readonly url: string;
  readonly client: GraphqlClient;
  dispose(): Promise<void>;
}

const SWEEP = 'Three scripts';

async function findSubject(url: string | undefined): Promise<Subject> {
  if (url === undefined) return await RunningSystem.start({ arguments: [] });
  const client = new GraphqlClient(`${url}/graphql`);
  return { url, client, dispose: () => client.dispose() };
}

/** A sweep beside the runs of the demo, so that there is a curve to show. */
async function findSweep(system: Subject): Promise<string> {
  const { sweeps } = await system.client.data<{ sweeps: { readonly nodes: readonly Ids[] } }>(
    `query ($search: String) { sweeps(first: 1, filter: { search: $search }) { nodes { id } } }`,
    { search: SWEEP },
  );
  return sweeps.nodes[0]?.id ?? (await queueSweep(system));
}

async function queueSweep(system: Subject): Promise<string> {
  const specialists = (await listSpecialists(system.client, 'L_LORA')).slice(0, 3);
  const { sweep } = await system.client.data<{ sweep: { readonly id?: string; readonly message?: string } }>(
    `mutation ($input: SweepInput!) { sweep(input: $input) { ... on Sweep { id } ... on Problem { message } } }`,
    {
      input: {
        name: SWEEP,
        adapters: specialists.map(({ id }) => ({ id })),
        grid: { ties: { lambda: [0.2, 0.4, 0.6, 0.8, 1], density: [0.1, 0.3] } },
      },
    },
  );
  if (sweep.id === undefined) throw new Error(`the sweep was refused: ${sweep.message}`);
  return sweep.id;
}

async function isIdle(system: Subject): Promise<true | undefined> {
  const answer = await system.client.data<{
    system: { queue: { active: number; waiting: number } };
    jobs: { totalCount: number };
  }>('{ system { queue { active waiting } } jobs(filter: { states: [QUEUED, RUNNING, SCORING] }) { totalCount } }');
  const { active, waiting } = answer.system.queue;
  return active + waiting + answer.jobs.totalCount === 0 ? true : undefined;
}

async function shotsOf(system: Subject, sweep: string): Promise<readonly Shot[]> {
  const specialists = await listSpecialists(system.client, 'L_LORA');
  const { fusionRuns } = await system.client.data<{ fusionRuns: { readonly nodes: readonly Ids[] } }>(
    '{ fusionRuns(first: 1, filter: { states: [SUCCEEDED], strategies: ["ties"], inSweep: false }) { nodes { id } } }',
  );
  const [first] = specialists;
  const adapters = specialists.slice(0, 4).map(({ id }) => id);
  return [
    { name: 'dashboard', path: '/', prepare: (page) => page.getByRole('heading', { name: 'Running now' }).waitFor() },
    {
      name: 'runs',
      path: '/runs',
      prepare: (page) => page.getByRole('link', { name: 'LORA LoraHub' }).first().waitFor(),
    },
    {
      name: 'run',
      path: `/runs/${fusionRuns.nodes[0]!.id}/show`,
      prepare: (page) => page.getByRole('heading', { name: 'The call that repeats it' }).waitFor(),
    },
    {
      name: 'fuse',
      path: `/fuse?adapters=${adapters.join('.')}`,
      prepare: (page) => page.getByText('Nothing stands in the way.').waitFor(),
    },
    {
      name: 'compare',
      path: '/compare?view=difference&against=base',
      prepare: (page) => page.getByRole('rowheader').first().waitFor(),
    },
    {
      name: 'sweep',
      path: `/sweeps/${sweep}/show`,
      prepare: async (page) => {
        await page.getByRole('img', { name: 'Mean score along lambda' }).waitFor();
        await bringUp(page, 'Scores along the options');
      },
    },
    {
      name: 'adapter',
      path: `/adapters/${first!.id}/show`,
      prepare: async (page) => {
        await page.getByRole('region', { name: 'Norms of the layers' }).waitFor();
        await bringUp(page, 'Where it comes from, and what came of it');
      },
    },
    {
      name: 'task',
      path: `/tasks/${first!.task.id}/show`,
      prepare: async (page) => {
        await page
          .getByRole('img', { name: /^Example/ })
          .first()
          .waitFor();
        await bringUp(page, 'Examples');
      },
    },
    {
      name: 'upload',
      path: '/upload',
      prepare: async (page) => {
        const files = ['adapter_config.json', 'adapter_model.safetensors'].map((name) => golden + name);
        await page.getByTestId('chooseFiles').setInputFiles(files);
        await page.getByText('Nothing stands in the way.').waitFor();
      },
    },
  ];
}

/** Scrolls a section of the page to just below the bar. */
async function bringUp(page: Page, title: string): Promise<void> {
  const heading = page.getByRole('heading', { name: title, exact: true });
  await heading.waitFor();
  const top = (await heading.boundingBox())?.y ?? 0;
  await page.mouse.wheel(0, Math.max(0, top - 80));
}

async function take(browser: Browser, system: Subject, shots: readonly Shot[]): Promise<number> {
  let bytes = 0;
  for (const { name: size, ...viewport } of SIZES) {
    for (const colorScheme of SCHEMES) {
      const context = await browser.newContext({
        locale: 'en-GB',
        timezoneId: 'UTC',
        viewport,
        colorScheme,
        reducedMotion: 'reduce',
      });
      const page = await context.newPage();
      const devtools = await context.newCDPSession(page);
      for (const { name, path, prepare } of shots) {
        await page.goto(system.url + path, { waitUntil: 'networkidle' });
        await prepare?.(page);
        await page.waitForLoadState('networkidle');
        // Playwright writes no WebP; the browser does.
        const { data } = await devtools.send('Page.captureScreenshot', { format: 'webp', quality: QUALITY });
        const picture = Buffer.from(data, 'base64');
        bytes += picture.length;
        await writeFile(`${folder}${name}-${size}-${colorScheme}.webp`, picture);
      }
      await context.close();
    }
  }
  return bytes;
}

const [browser, system] = await Promise.all([openBrowser(), findSubject(process.argv[2])]);
try {
  await mkdir(folder, { recursive: true });
  const sweep = await findSweep(system);
  await waitUntil('the demo and the sweep to be done', () => isIdle(system), 900);
  const bytes = await take(browser, system, await shotsOf(system, sweep));
  process.stdout.write(`Took the pictures of docs/screenshots, ${Math.round(bytes / 1000)} kB together.\n`);
} finally {
  await browser.close();
  await system.dispose();
}
