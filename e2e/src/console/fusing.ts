import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { findBarriers } from '../harness/open-browser.js';
import type { GetWorld } from './world.js';

interface ShownRun {
  readonly seed: number;
  readonly space: string;
  readonly strategy: { readonly key: string };
  readonly members: readonly { readonly weight: number; readonly adapter: { readonly name: string } }[];
  readonly evaluateOn: readonly { readonly name: string }[];
  readonly options: { readonly density?: number; readonly schedules?: readonly object[] };
}

async function choose(page: Page, ...names: readonly string[]): Promise<void> {
  for (const name of names) await page.getByRole('checkbox', { name: new RegExp(`^${name}`) }).check();
}

/** Presses the button, and gives the id of the run that the page goes to. */
async function fuse(page: Page): Promise<string> {
  await page.getByText('Nothing stands in the way.').waitFor();
  await page.getByRole('button', { name: 'Fuse', exact: true }).click();
  await page.waitForURL(/\/runs\/[0-9a-f-]{36}\/show$/);
  return /runs\/([0-9a-f-]{36})/.exec(page.url())![1]!;
}

async function read(world: GetWorld, id: string): Promise<ShownRun> {
  const { node } = await world().system.client.data<{ node: ShownRun }>(
    `query ($id: ID!) { node(id: $id) { ... on FusionRun {
      seed space strategy { key } members { weight adapter { name } } evaluateOn { name }
      options { ... on AppliedTiesOptions { density schedules { parameter adapter modules values } } }
    } } }`,
    { id },
  );
  return node;
}

export function describeFusing(world: GetWorld): void {
  describe('fusing in the console', () => {
    it('fuses two adapters with the options that were entered, plan first, and clones the run', async () => {
      const page = await world().open('/fuse');
      await choose(page, 'hangul L-LoRA', 'hiragana L-LoRA');
      await page.getByLabel('Weight of hiragana L-LoRA').fill('0.5');
      await page.getByLabel('Strategy', { exact: true }).selectOption({ label: 'TIES-Merging' });
      await page.getByLabel('density', { exact: true }).fill('0.3');
      await page.getByRole('button', { name: 'Add a row' }).click();
      const row = page.getByRole('group', { name: 'Row 1' });
      await row.getByLabel('parameter').selectOption('DENSITY');
      await row.getByLabel('adapter', { exact: true }).selectOption({ label: '1: hiragana L-LoRA' });
      await row.getByLabel('values').fill('0.2 0.6');
      await page.getByLabel('Seed').fill('7');
      await page.getByLabel('Tasks to score on').selectOption({ label: 'Chosen ones' });
      await page.getByRole('checkbox', { name: 'Hiragana', exact: true }).check();
      await page.getByText('FRAME is the first that "ties" offers').waitFor();
      expect(await findBarriers(page)).toEqual([]);

      const expected = {
        seed: 7,
        space: 'FRAME',
        strategy: { key: 'ties' },
        members: [
          { weight: 1, adapter: { name: 'hangul L-LoRA' } },
          { weight: 0.5, adapter: { name: 'hiragana L-LoRA' } },
        ],
        evaluateOn: [{ name: 'hiragana' }],
        options: { density: 0.3, schedules: [{ parameter: 'DENSITY', adapter: 1, modules: null, values: [0.2, 0.6] }] },
      };
      const first = await fuse(page);
      expect(await read(world, first)).toEqual(expected);

      await page.goto(`${world().system.url}/fuse?from=${first}`);
      await page.getByLabel('Seed').fill('8');
      expect(await read(world, await fuse(page))).toEqual({ ...expected, seed: 8 });
      await page.context().close();
    });

    it('says what stands in the way where it stands: at the field, at the adapter, in the plan', async () => {
      const page = await world().open('/fuse', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' });
      const button = page.getByRole('button', { name: 'Fuse', exact: true });
      expect(await button.isDisabled()).toBe(true);
      await choose(page, 'hangul L-LoRA');
      await page.getByLabel('Strategy', { exact: true }).selectOption('lLora');
      const unfit = page.getByRole('checkbox', { name: /^mnist LoRA.*plain LoRA, which moves away/ });
      expect(await unfit.isDisabled()).toBe(true);

      const lambda = page.getByLabel('lambda', { exact: true });
      await lambda.fill('11');
      await page.getByText('11 is outside: -10 to 10.').waitFor();
      expect(await lambda.getAttribute('aria-invalid')).toBe('true');
      expect(await button.isDisabled()).toBe(true);
      await lambda.fill('1');

      // Zero is a number, so only the API can say that it is no rank.
      await page.getByLabel('Output rank').fill('0');
      await page.locator('#field-outputRank-helper-text', { hasText: 'The output rank is 0' }).waitFor();
      expect(await button.isDisabled()).toBe(true);
      expect(await findBarriers(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
      await page.context().close();
    });

    it('takes the options of a wrapped strategy', async () => {
      const page = await world().open('/fuse');
      await choose(page, 'hangul LoRA', 'mnist LoRA');
      await page.getByLabel('Strategy', { exact: true }).selectOption('knots');
      await page.getByLabel('Rule that it wraps').selectOption('ties');
      await page.getByLabel('density', { exact: true }).fill('0.4');
      const id = await fuse(page);
      const { node } = await world().system.client.data<{ node: unknown }>(
        `query ($id: ID!) { node(id: $id) { ... on FusionRun { options { ... on AppliedKnotsOptions {
        rule { ... on AppliedTiesOptions { density } } } } } } }`,
        { id },
      );
      expect(node).toEqual({ options: { rule: { density: 0.4 } } });

      await page.goto(`${world().system.url}/fuse?from=${id}`);
      await page.getByText('Nothing stands in the way.').waitFor();
      expect(await page.getByLabel('Rule that it wraps').inputValue()).toBe('ties');
      expect(await page.getByLabel('density', { exact: true }).inputValue()).toBe('0.4');
      await page.context().close();
    });
  });
}
