import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { World } from './console/world.js';
import { findBarriers } from './harness/open-browser.js';

let world: World;

beforeAll(async () => {
  world = await World.start(['--no-demo']);
});
afterAll(async () => await world?.dispose());

describe('a workspace that holds nothing', () => {
  it('has a way in', async () => {
    const page = await world.open('/');
    await page.getByRole('heading', { name: 'How to begin' }).waitFor();
    await page.getByRole('main').getByRole('link', { name: 'Add an adapter' }).click();
    await page.waitForURL(/\/upload$/);
    await page.getByText('Drop the files of one adapter here').waitFor();
    expect(page.faults).toEqual([]);
    await page.context().close();
  });

  it.each([
    ['light', 1280, ['/', '/runs', '/sweeps', '/compare', '/jobs']],
    ['dark', 390, ['/', '/adapters', '/evaluations', '/fuse', '/compare']],
  ] as const)('keeps nobody out: %s, %i pixels wide', async (colorScheme, width, pages) => {
    const page = await world.open('/', { colorScheme, viewport: { width, height: 844 } });
    for (const path of pages) {
      await page.goto(world.system.url + path, { waitUntil: 'networkidle' });
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect([path, await findBarriers(page)]).toEqual([path, []]);
      const wider: number = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
      expect([path, wider]).toEqual([path, 0]);
    }
    expect(page.faults).toEqual([]);
    await page.context().close();
  });
});
