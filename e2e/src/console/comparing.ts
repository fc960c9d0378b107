import { describe, expect, it } from 'vitest';
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
        .getByRole('button')
        .first()
        .click();
      await page.getByText(/from \d+ examples/).waitFor();
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: 'CSV' }).click();
      expect((await download).suggestedFilename()).toBe('comparison.csv');
      expect(page.faults).toEqual([]);
      await page.context().close();
    });
  });
}
