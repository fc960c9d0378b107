import { describe, expect, it } from 'vitest';
import { findBarriers } from '../harness/open-browser.js';
import type { GetWorld } from './world.js';

export function describeSweeping(world: GetWorld): void {
  describe('trying several values', () => {
    it('queues a grid from a range, and shows its curve, its choice, and what that scored on test', async () => {
      const page = await world().open('/adapters');
      await page
        .getByRole('row', { name: /hangul L-LoRA/ })
        .getByRole('checkbox')
        .check();
      await page
        .getByRole('row', { name: /hiragana L-LoRA/ })
        .getByRole('checkbox')
        .check();
      await page.getByRole('link', { name: 'Fuse', exact: true }).click();
      await page.getByLabel('Weight of hiragana L-LoRA').waitFor();
      await page.getByRole('button', { name: 'Try several values' }).click();
      expect(await page.getByRole('button', { name: /^Queue/ }).isDisabled()).toBe(true);
      await page.getByLabel('A range for lambda').first().click();
      const range = page.getByRole('group', { name: 'A range for lambda' });
      await range.getByLabel('From').fill('0.25');
      await range.getByLabel('To').fill('0.75');
      await range.getByLabel('How many').fill('3');
      await range.getByRole('button', { name: 'Fill in' }).click();
      expect(await page.getByLabel('Values of lambda').inputValue()).toBe('0.25 0.5 0.75');
      await page.getByLabel('Tasks to score on').selectOption({ label: 'Chosen ones' });
      await page.getByRole('checkbox', { name: 'Hiragana', exact: true }).check();
      await page.getByText('Nothing stands in the way.').waitFor();
      expect(await findBarriers(page)).toEqual([]);
      await page.getByRole('button', { name: 'Queue 3 fusions' }).click();
      await page.waitForURL(/\/sweeps\/[0-9a-f-]{36}\/show$/);
      await page.getByText('Succeeded').first().waitFor({ timeout: 120_000 });
      await page.getByRole('img', { name: 'Mean score along lambda' }).waitFor();
      await page.getByText(/Chosen by it: lambda 0\.(25|5|75)/).waitFor();
      const report = page.getByRole('region', { name: 'Scores' });
      expect(await report.getByRole('row').count()).toBe(2);
      await page.getByText('The same as a table').click();
      const points = page.getByRole('region', { name: 'Mean score along lambda' });
      await points.waitFor();
      expect(await points.getByRole('row').count()).toBe(4);
      expect(await points.getByRole('row').filter({ hasText: 'yes' }).count()).toBe(1);
      expect(await findBarriers(page)).toEqual([]);
      expect(page.faults).toEqual([]);
      await page.context().close();
    });
  });
}
