// Writes docs/errors.md from the packages' error catalogues; with --check only says whether it is stale.
// A catalogue is any export whose values carry an `entry` (see engine/src/errors/define-errors.ts).
import { readFileSync, writeFileSync, existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { join } from 'node:path';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = join(root, 'docs/errors.md');
const packages = [
  'engine',
  'plugins/sdk',
  'plugins/task-arithmetic',
  'plugins/ties',
  'plugins/lora-hub',
  'plugins/l-lora',
  'server',
];

const entriesOf = (exports) =>
  Object.values(exports)
    .filter((value) => typeof value === 'object' && value !== null)
    .flatMap((catalogue) => Object.values(catalogue))
    .filter((factory) => typeof factory === 'function' && typeof factory.entry?.code === 'string')
    .map((factory) => factory.entry);

async function catalogue(folder) {
  const { exports = {} } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  const doors = typeof exports === 'string' ? [exports] : Object.values(exports);
  const files = [...doors, './dist/errors.js']
    .map((door) => join(root, folder, door))
    .filter((file) => existsSync(file));
  const found = new Map();
  for (const file of files) {
    if (file.includes('/testing/')) continue;
    for (const entry of entriesOf(await import(pathToFileURL(file).href))) {
      const other = found.get(entry.code);
      if (other && other.summary !== entry.summary) throw new Error(`two errors share the code ${entry.code}`);
      found.set(entry.code, entry);
    }
  }
  return [...found.values()].sort((a, b) => (a.code < b.code ? -1 : 1));
}

const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const seen = new Map();
const sections = [];
for (const folder of packages) {
  const entries = await catalogue(folder);
  for (const { code } of entries) {
    if (seen.has(code)) throw new Error(`the code ${code} stands in ${seen.get(code)} and in ${folder}`);
    seen.set(code, folder);
  }
  if (entries.length === 0) continue;
  const rows = entries.map(({ code, summary, remedy }) => `| \`${code}\` | ${cell(summary)} | ${cell(remedy)} |`);
  sections.push(`## ${folder}\n\n| code | what happened | what to do |\n| --- | --- | --- |\n${rows.join('\n')}\n`);
}
const text = `# Errors

Every failure has a stable code: in GraphQL as \`extensions.code\` or as the \`code\` of a problem in a result union, in the log beside the message.
This page is generated from the catalogues by \`npm run docs:errors\`.

${sections.join('\n')}`;

if (process.argv.includes('--check')) {
  if (!existsSync(page) || readFileSync(page, 'utf8') !== text) {
    console.error('docs/errors.md is stale: run `npm run docs:errors` and commit it.');
    process.exit(1);
  }
} else {
  writeFileSync(page, text);
}
