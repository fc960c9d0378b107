import { describe, expect, it } from 'vitest';
import { findBarriers } from '../harness/open-browser.js';
import type { GetWorld } from './world.js';

const LISTS = [
  '/runs',
  '/sweeps',
  '/adapters',
  '/frames',
  '/tasks',
  '/bases',
  '/strategies',
  '/plugins',
  '/evaluations',
  '/jobs',
];
const OWN = ['/', '/fuse', '/upload', '/compare?view=difference&against=base'];

/** Of each resource the page of one record. */
const RECORDS = `{
  runs: fusionRuns(first: 1, filter: { states: [SUCCEEDED] }) { nodes { id } }
  adapters(first: 1, filter: { origins: [IMPORTED] }) { nodes { id } }
  frames: tangentFrames(first: 1) { nodes { id } }
  tasks(first: 1) { nodes { id } }
  bases: baseModels(first: 1) { nodes { id } }
  evaluations(first: 1) { nodes { id } }
  jobs(first: 1, filter: { kinds: [EVALUATION] }) { nodes { id } }
  strategies { id }
  plugins { id }
}`;

type Listed = readonly { readonly id: string }[] | { readonly nodes: readonly { readonly id: string }[] };

async function recordPages(world: GetWorld): Promise<readonly string[]> {
  const found = await world().system.client.data<Readonly<Record<string, Listed>>>(RECORDS);
  return Object.entries(found).map(([name, listed]) => {
    const [first] = 'nodes' in listed ? listed.nodes : listed;
    return `/${name}/${first!.id}/show`;
  });
}

const half = (pages: readonly string[], which: 0 | 1): readonly string[] =>
  pages.filter((_, index) => index % 2 === which);

/** Every page is opened once; light and wide or dark and narrow, by turns. */
export function describeBarriers(world: GetWorld): void {
  describe('nobody is kept out', () => {
    it.each([
      ['light', 1280, 0],
      ['dark', 390, 1],
    ] as const)('%s, %i pixels wide', async (colorScheme, width, which) => {
      await world().scoredRun();
      const pages = half([...LISTS, ...OWN, ...(await recordPages(world))], which);
      const page = await world().open('/', { colorScheme, viewport: { width, height: 844 } });
      for (const path of pages) {
        await page.goto(world().system.url + path, { waitUntil: 'networkidle' });
        await page.getByRole('heading', { level: 1 }).waitFor();
        // What is being read is looked at when it is there.
        await expect.poll(() => page.getByRole('progressbar').count(), { timeout: 60_000 }).toBe(0);
        expect([path, await findBarriers(page)]).toEqual([path, []]);
        const wider: number = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
        expect([path, wider]).toEqual([path, 0]);
      }
      expect(page.faults).toEqual([]);
      await page.context().close();
    });
  });
}
