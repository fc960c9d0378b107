import { describe, expect, it } from 'vitest';
import { findBarriers } from '../harness/open-browser.js';
import type { GetWorld } from './world.js';

export function describeComparing(world: GetWorld): void {
  describe('comparing', () => {
    it('is in the address, whatever is shown', async () => {
      await world().scoredRun();
      const page = await world().open('/compare');
      await page.getByRole('rowheader', { name: /Scored/ }).waitFor();
      await page.getByRole('button', { name: '% of reference' }).click();
      await page.getByRole('button', { name: 'Name' }).click();
      await page.waitForURL(/view=share.*sort=name/);
      await page.reload();
      await page.getByRole('button', { name: '% of reference', pressed: true }).waitFor();
      await page.getByRole('columnheader', { name: 'Name' }).and(page.locator('[aria-sort=ascending]')).waitFor();
      await page
        .getByRole('row', { name: /Scored/ })
        .getByRole('cell')
        .getByRole('link')
        .first()
        .click();
      await page.getByText(/from \d+ examples/).waitFor();
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: 'CSV' }).click();
      expect((await download).suggestedFilename()).toBe('comparison.csv');
      expect(page.faults).toEqual([]);
      await page.context().close();
    });

    it('shows which examples flipped, page by page, and keeps the comparison under a name', async () => {
      const run = await world().scoredRun();
      // Against itself: every example is right by both or wrong by both.
      const page = await world().open(`/compare?of=r${run}&against=r${run}&examples=right`);
      await page
        .getByRole('row', { name: /Scored/ })
        .getByRole('cell')
        .getByRole('link')
        .first()
        .click();
      await page.waitForURL(/cell=r/);
      await page.getByRole('heading', { name: /^Examples: Scored on/ }).waitFor();
      await page
        .getByRole('img', { name: /^Example \d+/ })
        .first()
        .waitFor();
      await page.getByRole('button', { name: /^Right by both \(\d+\)/, pressed: true }).waitFor();
      await page.getByRole('button', { name: 'Next' }).click();
      await page.waitForURL(/skip=48/);
      await page.getByText(/^49 to /).waitFor();
      expect(await findBarriers(page)).toEqual([]);
      await page.getByLabel('Name to save under').fill('Kept');
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await page.waitForURL(/\/compare\/[0-9a-f-]{36}\?/);
      const short = new URL(page.url());
      await page.goto(short.origin + short.pathname);
      await page.waitForURL(/skip=48/);
      await page.getByText(/^49 to /).waitFor();
      await page.getByRole('button', { name: 'Delete saved' }).click();
      await page.waitForURL(/\/compare\?/);
      expect(page.faults).toEqual([]);
      await page.context().close();
    });
  });
}
