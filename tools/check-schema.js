// Holds the committed contract of the API: schema/schema.graphql says what the code says, and nothing that clients rely on
// (schema/released.graphql) is broken without being declared in schema/breaking-changes.json.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { buildSchema, findBreakingChanges, findDangerousChanges } from 'graphql';

const file = (name) => fileURLToPath(new URL(`../schema/${name}`, import.meta.url));

/** Changes that clients can notice: those that break them, and those that can surprise them. */
export function findChanges(released, current) {
  const [before, after] = [buildSchema(released), buildSchema(current)];
  const changes = [
    ...findBreakingChanges(before, after).map(({ type, description }) => ({ severity: 'breaking', type, description })),
    ...findDangerousChanges(before, after).map(({ type, description }) => ({
      severity: 'dangerous',
      type,
      description,
    })),
  ];
  return changes.filter(({ type, description }) => !isAddedToUnion(type, description) && !isOptionalInput(type));
}

// A new member of a union is what `__typename` and a fallback are for; our outcomes grow that way.
const isAddedToUnion = (type) => type === 'TYPE_ADDED_TO_UNION' || type === 'IMPLEMENTED_INTERFACE_ADDED';
const isOptionalInput = (type) => type === 'OPTIONAL_INPUT_FIELD_ADDED' || type === 'OPTIONAL_ARG_ADDED';

/** Undeclared changes, and declarations that no change needs. */
export function judge(changes, declared) {
  const isDeclared = new Set(declared.map(({ change }) => change));
  const found = new Set(changes.map(({ description }) => description));
  return {
    undeclared: changes.filter(({ description }) => !isDeclared.has(description)),
    needless: declared.filter(({ change }) => !found.has(change)),
    unexplained: declared.filter(({ reason }) => typeof reason !== 'string' || reason.trim().length < 10),
  };
}

async function main() {
  const { buildSchema: buildOurs } = await import('../server/dist/graphql/build-schema.js');
  const { schemaText } = await import('../server/dist/graphql/print-schema.js');
  const { loadPlugins } = await import('@crucible/sdk/host');
  const root = fileURLToPath(new URL('../server', import.meta.url));
  const { schema } = await buildOurs(await loadPlugins({ root }));
  const [committed, released, declared] = await Promise.all([
    readFile(file('schema.graphql'), 'utf8'),
    readFile(file('released.graphql'), 'utf8'),
    readFile(file('breaking-changes.json'), 'utf8').then(JSON.parse),
  ]);
  const problems = [];
  if (schemaText(schema) !== committed) {
    problems.push('schema/schema.graphql is stale. Run "npm run schema:print" and commit it with the change.');
  }
  const { undeclared, needless, unexplained } = judge(findChanges(released, committed), declared.changes);
  for (const { severity, description } of undeclared) {
    problems.push(
      `${severity} change: ${description} Keep the old form (deprecate it), or declare it in schema/breaking-changes.json as { "change": ${JSON.stringify(description)}, "reason": "…" }.`,
    );
  }
  for (const { change } of needless)
    problems.push(`schema/breaking-changes.json declares what is no change: ${change}`);
  for (const { change } of unexplained) problems.push(`schema/breaking-changes.json gives no reason for: ${change}`);
  for (const problem of problems) console.error(`✗ ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
}

/** `--release`: what is committed now is what clients may rely on from now on. */
async function release() {
  const prettier = await import('prettier');
  const text = await readFile(file('schema.graphql'), 'utf8');
  const options = (await prettier.resolveConfig(file('released.graphql'))) ?? {};
  await writeFile(file('released.graphql'), await prettier.format(text, { ...options, parser: 'graphql' }));
  const declared = JSON.parse(await readFile(file('breaking-changes.json'), 'utf8'));
  const emptied = JSON.stringify({ ...declared, changes: [] });
  await writeFile(file('breaking-changes.json'), await prettier.format(emptied, { ...options, parser: 'json' }));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--release')) await release();
  else await main();
}
