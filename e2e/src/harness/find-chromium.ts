import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** A Chromium of this machine: `CRUCIBLE_CHROMIUM`, a package of the system, or the one that Playwright has installed. Says how to get one where there is none. */
export function findChromium(): string {
  const { CRUCIBLE_CHROMIUM: named } = process.env;
  const found = [...(named === undefined ? PLACES : [named]), chromium.executablePath()].find((path) =>
    existsSync(path),
  );
  if (found !== undefined) return found;
  throw new Error(
    'The tests of the console need Chromium, and there is none here. Install it with "apt-get install chromium" (Debian, Ubuntu) or ' +
      '"npx playwright-core install chromium", or name one in CRUCIBLE_CHROMIUM.',
  );
}
