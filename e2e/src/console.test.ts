import { gzipSync } from 'node:zlib';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listSpecialists } from './harness/demo-workspace.js';
import { finishRun, queueFusion } from './harness/fusion.js';
import { findBarriers, openBrowser } from './harness/open-browser.js';
import { findProcesses } from './harness/processes.js';
import { RunningSystem } from './harness/running-system.js';

/** Script that a browser loads before the first page stands, gzipped. */
const FIRST_LOAD_BYTES = 350_000;
const COMPARED = '/compare?view=difference&against=base';
const LISTS = ['/runs', '/adapters', '/tasks', '/bases', '/strategies', '/plugins', '/jobs'];
const PAGES = ['/', ...LISTS, COMPARED];

let system: RunningSystem;
let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
  system = await RunningSystem.start({ arguments: ['--load-only'] });
});

afterAll(async () => {
  await browser?.close();
  await system?.dispose();
});

/** A page of its own, with what it complained of. */
async function open(path: string, options: BrowserContextOptions = {}): Promise<Page & { readonly faults: string[] }> {
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  await page.goto(system.url + path);
  return Object.assign(page, { faults });
}

async function fuseTwo(name: string): Promise<string> {
  const specialists = await listSpecialists(system.client, 'L_LORA');
  const [first, second] = specialists;
  return await queueFusion(system.client, {
    name,
    adapters: [{ id: first!.id }, { id: second!.id }],
    strategy: { simpleAverage: {} },
    evaluateOn: [first!.task.id],
  });
}

describe('the console', () => {
  it('begins with little script, all of it from here', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const scripts: Promise<number>[] = [];
    page.on('response', (response) => {
      expect(new URL(response.url()).origin).toBe(system.url);
      if (response.url().endsWith('.js')) scripts.push(response.body().then((body) => gzipSync(body).length));
    });
    await page.goto(system.url, { waitUntil: 'networkidle' });
    const bytes = (await Promise.all(scripts)).reduce((sum, size) => sum + size, 0);
    expect(bytes).toBeGreaterThan(100_000);
    expect(bytes).toBeLessThan(FIRST_LOAD_BYTES);
    await context.close();
  });

  it('shows a run as it goes on, without being asked again, and what it scored', async () => {
    const page = await open('/runs');
    const id = await fuseTwo('Watched');
    const row = page.getByRole('row', { name: /Watched/ });
    await row.waitFor();
    await finishRun(system.client, id);
    await row.getByText('Succeeded').waitFor();
    await row.getByRole('link', { name: 'Watched' }).click();
    await page.getByRole('heading', { level: 1, name: /Watched/ }).waitFor();
    const scores = page.getByRole('region', { name: 'Scores' });
    expect(await scores.getByRole('row').count()).toBe(2);
    expect(await findBarriers(page)).toEqual([]);
    expect(page.faults).toEqual([]);
    await page.context().close();
  });

  it('compares, and the address holds what is shown', async () => {
    const page = await open('/compare');
    await page.getByRole('rowheader', { name: /Watched/ }).waitFor();
    await page.getByRole('button', { name: '% of reference' }).click();
    await page.getByRole('button', { name: 'Name' }).click();
    await page.waitForURL(/view=share.*sort=name/);
    await page.reload();
    await page.getByRole('button', { name: '% of reference', pressed: true }).waitFor();
    await page.getByRole('columnheader', { name: 'Name' }).and(page.locator('[aria-sort=ascending]')).waitFor();
    await page.getByRole('cell').getByRole('button').first().click();
    await page.getByText(/from \d+ examples/).waitFor();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'CSV' }).click();
    expect((await download).suggestedFilename()).toBe('comparison.csv');
    expect(page.faults).toEqual([]);
    await page.context().close();
  });

  it.each([
    ['light', 1280, PAGES.filter((_, index) => index % 2 === 0)],
    ['dark', 390, PAGES.filter((_, index) => index % 2 === 1)],
  ] as const)('bars nobody: %s, %i pixels wide, %j', async (colorScheme, width, pages) => {
    const page = await open('/', { colorScheme, viewport: { width, height: 844 } });
    for (const path of pages) {
      await page.goto(system.url + path, { waitUntil: 'networkidle' });
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect([path, await findBarriers(page)]).toEqual([path, []]);
      const wider: number = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
      expect([path, wider]).toEqual([path, 0]);
    }
    expect(page.faults).toEqual([]);
    await page.context().close();
  });

  it('speaks German to whom the browser says so', async () => {
    const page = await open('/runs', { locale: 'de-DE' });
    await page.getByRole('menuitem', { name: 'Vergleichen' }).waitFor();
    await page.getByText('Gelungen').first().waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('de');
    await page.context().close();
  });

  it('says that the server is lost, and goes on when it is back', async () => {
    const page = await open('/runs');
    await page.waitForLoadState('networkidle');
    const [api] = findProcesses(system.pid, /api\/main\.js/);
    process.kill(api!.pid, 'SIGKILL');
    const banner = page.getByText('The connection to the server is lost');
    await banner.waitFor();
    await banner.waitFor({ state: 'detached', timeout: 120_000 });
    const id = await fuseTwo('After the loss');
    await page.getByText('After the loss').waitFor();
    await finishRun(system.client, id);
    await page
      .getByRole('row', { name: /After the loss/ })
      .getByText('Succeeded')
      .waitFor();
    expect(await banner.count()).toBe(0);
    await page.context().close();
  });
});
