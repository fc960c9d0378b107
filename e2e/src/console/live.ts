import { describe, expect, it } from 'vitest';
import type { GetWorld } from './world.js';

export function describeLive(world: GetWorld): void {
  describe('what goes on', () => {
    it('is shown as it goes on, without being asked again, and what it scored', async () => {
      const page = await world().open('/runs');
      const scored = world().scoredRun();
      const row = page.getByRole('row', { name: /Scored/ });
      await row.waitFor();
      await scored;
      await row.getByText('Succeeded').waitFor();
      await row.getByRole('link', { name: 'Scored' }).click();
      await page.getByRole('heading', { level: 1, name: /Scored/ }).waitFor();
      const scores = page.getByRole('region', { name: 'Scores' });
      expect(await scores.getByRole('row').count()).toBe(2);
      expect(page.faults).toEqual([]);
      await page.context().close();
    });
  });
}
