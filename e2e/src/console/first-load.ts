import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { GetWorld } from './world.js';

/** Script that a browser loads before the first page stands, gzipped. */
const FIRST_LOAD_BYTES = 350_000;

export function describeFirstLoad(world: GetWorld): void {
  describe('the first page', () => {
    it('begins with little script, all of it from here', async () => {
      const { browser, system } = world();
      const context = await browser.newContext();
      const page = await context.newPage();
      const scripts: Promise<number>[] = [];
      const origins = new Set<string>();
      page.on('response', (response) => {
        origins.add(new URL(response.url()).origin);
        if (response.url().endsWith('.js')) scripts.push(response.body().then((body) => gzipSync(body).length));
      });
      await page.goto(system.url, { waitUntil: 'networkidle' });
      const bytes = (await Promise.all(scripts)).reduce((sum, size) => sum + size, 0);
      expect(bytes).toBeGreaterThan(100_000);
      expect(bytes).toBeLessThan(FIRST_LOAD_BYTES);
      expect([...origins]).toEqual([system.url]);
      await context.close();
    });

    it('speaks German to whom the browser says so', async () => {
      const page = await world().open('/runs', { locale: 'de-DE' });
      await page.getByRole('menuitem', { name: 'Vergleichen' }).waitFor();
      await page.getByRole('heading', { level: 1, name: 'Fusionen' }).waitFor();
      expect(await page.locator('html').getAttribute('lang')).toBe('de');
      await page.getByRole('button', { name: 'English' }).click();
      await page.getByRole('menuitem', { name: 'Compare' }).waitFor();
      expect(await page.locator('html').getAttribute('lang')).toBe('en');
      await page.context().close();
    });
  });
}
