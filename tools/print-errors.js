// Writes docs/errors.md from the packages' error catalogues; with --check only says whether it is stale.
// A catalogue is an export of a file named errors or something-errors whose values carry an `entry` (engine/src/errors/define-errors.ts).
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { join } from 'node:path';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = join(root, 'docs/errors.md');
const plugins = readdirSync(join(root, 'plugins'))
  .filter((name) => name !== 'sdk' && existsSync(join(root, 'plugins', name, 'dist')))
  .sort();
const packages = ['engine', 'plugins/sdk', ...plugins.map((name) => `plugins/${name}`), 'server', 'demo'];

const entriesOf = (exports) =>
  Object.values(exports)
    .filter((value) => typeof value === 'object' && value !== null)
    .flatMap((catalogue) => Object.values(catalogue))
    .filter((factory) => typeof factory === 'function' && typeof factory.entry?.code === 'string')
    .map((factory) => factory.entry);

/** A catalogue stands in a file of its own, named errors or something-errors. */
function catalogueFiles(folder) {
  const dist = join(root, folder, 'dist');
  const names = readdirSync(dist, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => /(^|[/\\-])errors\.js$/.test(name)).map((name) => join(dist, name));
}

async function catalogue(folder) {
  const found = new Map();
  for (const file of catalogueFiles(folder)) {
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
GraphQL's own codes (\`GRAPHQL_PARSE_FAILED\`, \`GRAPHQL_VALIDATION_FAILED\`, \`BAD_USER_INPUT\`, \`BAD_REQUEST\`, \`OPERATION_RESOLUTION_FAILURE\`) say that a request is not of the
schema; \`INTERNAL_SERVER_ERROR\` carries a \`correlationId\` that stands in the server's log too. This page is generated from the catalogues by \`npm run docs:errors\`.

${sections.join('\n')}`;

if (process.argv.includes('--check')) {
  if (!existsSync(page) || readFileSync(page, 'utf8') !== text) {
    console.error('docs/errors.md is stale: run `npm run docs:errors` and commit it.');
    process.exit(1);
  }
} else {
  writeFileSync(page, text);
}
