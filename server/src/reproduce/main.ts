import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { isCrucibleError } from '@crucible/engine/errors';
import { ApiClient } from './api-client.js';
import { reproduceErrors } from './errors.js';
import { formatRows } from './format-rows.js';
import { recipes } from './recipes.js';
import { reproduce } from './reproduce.js';
import { smokeRecipe } from './smoke-recipe.js';
import { startProduct } from './start-product.js';

const HELP = `Usage: npm run reproduce -- <${[...recipes.keys()].join(' | ')}> [--smoke] [--home DIR]

  --smoke      the same steps on tiny random models and data, without the internet
  --home DIR   where data and downloads are kept (default .crucible-reproduce); a temporary folder with --smoke`;

const stopping = new AbortController();
process.once('SIGINT', () => stopping.abort(new Error('stopped by Ctrl-C')));
process.once('SIGTERM', () => stopping.abort(new Error('stopped')));

async function run(argv: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      smoke: { type: 'boolean', default: false },
      home: { type: 'string', default: '.crucible-reproduce' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const [name] = positionals;
  if (values.help || name === undefined) {
    console.log(HELP);
    return;
  }
  const full = recipes.get(name);
  if (full === undefined) throw reproduceErrors.recipeUnknown({ got: name, known: [...recipes.keys()] });
  const home = values.smoke ? await mkdtemp(join(tmpdir(), 'crucible-smoke-')) : resolve(values.home);
  const importRoot = join(home, 'import');
  await mkdir(importRoot, { recursive: true });
  const { signal } = stopping;
  const recipe = values.smoke ? await smokeRecipe(full, importRoot) : full;
  console.error(recipe.title);
  const product = await startProduct(join(home, 'crucible'), importRoot, signal);
  try {
    const api = new ApiClient(product.url, signal);
    const onStep = (step: string): void => console.error(`  ${step}`);
    const rows = await reproduce({ api, recipe, importRoot, signal, onStep });
    console.log(`${recipe.title}. Percent; in brackets what was published.\n\n${formatRows(recipe, rows)}\n`);
    for (const note of recipe.notes) console.log(note);
  } finally {
    await product.stop();
    if (values.smoke) await rm(home, { recursive: true, force: true });
  }
}

try {
  await run(process.argv.slice(2));
} catch (error) {
  console.error(isCrucibleError(error) ? `${error.message}\n${error.remedy} [${error.code}]` : error);
  process.exitCode = 1;
}
