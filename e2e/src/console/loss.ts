import { describe, expect, it } from 'vitest';
import { finishRun } from '../harness/fusion.js';
import { findProcesses } from '../harness/processes.js';
import type { GetWorld } from './world.js';

export function describeLoss(world: GetWorld): void {
  describe('a server that is lost', () => {
    it('is said to be, and all goes on when it is back', async () => {
      const { system } = world();
      await world().scoredRun();
      const page = await world().open('/runs');
      // What comes in by itself shows that the page listens; before that there is no connection to lose.
      await page.getByRole('row', { name: /Scored/ }).waitFor();
      await world().fuseTwo('Before the loss');
      await page.getByRole('row', { name: /Before the loss/ }).waitFor();
      const [api] = findProcesses(system.pid, /api\/main\.js/);
      process.kill(api!.pid, 'SIGKILL');
      const banner = page.getByText('The connection to the server is lost');
      await banner.waitFor();
      await banner.waitFor({ state: 'detached', timeout: 120_000 });
      const id = await world().fuseTwo('After the loss');
      const row = page.getByRole('row', { name: /After the loss/ });
      await row.waitFor();
      await finishRun(system.client, id);
      await row.getByText('Succeeded').waitFor();
      expect(await banner.count()).toBe(0);
      await page.context().close();
    });
  });
}
