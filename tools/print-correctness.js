// Writes docs/correctness.md: what the peers answer, what we answer, and the truth. With --check only says whether the page is stale. Fails where ours is wrong.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { computeFigures } from './correctness/figures.js';
import { root } from './correctness/golden-cases.js';
import { writePage } from './correctness/write-page.js';

/** Float32 arithmetic in another order of summation stays below this in every case; the last digits differ from machine to machine and are not printed. */
const LIMIT = 1e-6;

const page = join(root, 'docs/correctness.md');
const figures = await computeFigures();
const ours = [
  ...[...figures.combinations, ...figures.identities, ...figures.refusals, ...figures.mergekit].map((row) => row.ours),
  ...figures.roundTrips.flatMap(({ read, exported }) => [read, exported]),
].filter((error) => error !== undefined);
const worst = Math.max(...ours);
if (!(worst < LIMIT)) {
  console.error(`an answer of ours is wrong by ${worst}, at most ${LIMIT} is allowed`);
  process.exit(1);
}
const text = await format(writePage(figures, LIMIT), { ...(await resolveConfig(page)), parser: 'markdown' });
if (!process.argv.includes('--check')) writeFileSync(page, text);
else if (readFileSync(page, 'utf8') !== text) {
  console.error('docs/correctness.md is stale: run node tools/print-correctness.js after a build');
  process.exit(1);
}
console.log(`${ours.length} answers of ours within ${LIMIT} of the truth`);
