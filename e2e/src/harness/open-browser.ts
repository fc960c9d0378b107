import { AxeBuilder } from '@axe-core/playwright';
import { chromium, type Browser, type Page } from 'playwright-core';
import { findChromium } from './find-chromium.js';

/** Chromium refuses to sandbox what root starts, as containers do. */
export function openBrowser(): Promise<Browser> {
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({ executablePath: findChromium(), args: isRoot ? ['--no-sandbox'] : [] });
}

/** What axe finds that keeps somebody from using the page, one line each. */
export async function findBarriers(page: Page): Promise<readonly string[]> {
  // The pages have no frames, and so need no second page to gather what axe found in them.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}
