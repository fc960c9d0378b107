// Builds the console where it is stale: types of its documents (graphql-codegen) and its files (vite). `--types` makes only the former. Says nothing where nothing is to be done.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('..', import.meta.url));
const admin = join(root, 'admin');
const generated = join(admin, 'src/graphql/generated');
const dist = join(admin, 'dist');

const isTest = (path) => /\.test\.tsx?$/.test(path);

/** Files whose content decides what comes out, with what reads them. */
function inputs() {
  const sources = readdirSync(join(admin, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.startsWith(generated) && !isTest(path));
  const configs = ['index.html', 'package.json', 'codegen.ts', 'vite.config.ts'].map((name) => join(admin, name));
  return [...sources, ...configs, join(root, 'schema/schema.graphql'), join(root, 'package-lock.json')].toSorted();
}

function digest() {
  const hash = createHash('sha256');
  for (const path of inputs()) {
    const content = readFileSync(path);
    hash.update(`${path.slice(root.length)}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

function recorded(folder) {
  try {
    return readFileSync(join(folder, '.inputs'), 'utf8');
  } catch {
    return undefined;
  }
}

async function makeTypes(wanted) {
  if (recorded(generated) === wanted) return;
  const { generate, loadContext } = await import('@graphql-codegen/cli');
  const context = await loadContext(join(admin, 'codegen.ts'));
  context.cwd = admin;
  context.updateConfig({ silent: true, errorsOnly: true });
  await generate(context);
  writeFileSync(join(generated, '.inputs'), wanted);
}

/** Script that a browser must have before it shows anything: what the page names, gzipped. */
function firstLoad() {
  const page = readFileSync(join(dist, 'index.html'), 'utf8');
  const names = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(([, name]) => name);
  return names.reduce((sum, name) => sum + gzipSync(readFileSync(join(dist, name)), { level: 9 }).length, 0);
}

const wanted = digest();
if (process.argv.includes('--types')) {
  await makeTypes(wanted);
} else if (recorded(dist) !== wanted) {
  const started = performance.now();
  rmSync(join(dist, '.inputs'), { force: true });
  await makeTypes(wanted);
  const { build } = await import('vite');
  await build({ root: admin, configFile: join(admin, 'vite.config.ts'), logLevel: 'warn', mode: 'production' });
  writeFileSync(join(dist, '.inputs'), wanted);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`Built the console in ${seconds} s; ${Math.round(firstLoad() / 1000)} kB of script to begin with.`);
}
