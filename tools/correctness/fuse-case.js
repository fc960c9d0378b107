// Fuses the adapters of a golden case as a user would: imported from PEFT's folders, through the platform's runner, written and read again.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { importAdapter, openAdapter, toStoredOrder } from '../../engine/dist/adapters/index.js';
import { createLowRank, toDense } from '../../engine/dist/algebra/index.js';
import { fuseAdapters } from '../../plugins/sdk/dist/testing/index.js';
import { pathsOf } from './golden-cases.js';
import { strategyOf } from './strategy-of.js';

const magnitudePrune = await strategyOf('magnitude-prune', 'magnitudePrune');
const taskArithmetic = await strategyOf('task-arithmetic', 'taskArithmetic');
const ties = await strategyOf('ties', 'ties');

const baseDigest = '0'.repeat(64);

/** What stands for PEFT's combination_type: the same rule, on updates instead of factors. */
export function requestOf({ parameters }) {
  const { combinationType, density, majoritySign } = parameters;
  if (combinationType.startsWith('ties')) {
    const options = { preset: 'PEFT', density, signRule: majoritySign === 'frequency' ? 'COUNT' : 'MASS' };
    return { strategy: ties, options, space: 'DELTA' };
  }
  if (combinationType.startsWith('magnitude_prune')) {
    return { strategy: magnitudePrune, options: { density }, space: 'DELTA' };
  }
  return { strategy: taskArithmetic, options: { lambda: 1 }, space: 'CORE' };
}

/** Imports the adapters of a case into a folder, opened. */
export async function importAll(aCase, folder) {
  const { adapters, base } = pathsOf(aCase);
  const opened = [];
  for (const [at, source] of adapters.entries()) {
    const outputPath = join(folder, `${aCase.name}-${at}.safetensors`);
    await importAdapter({
      source,
      outputPath,
      name: `${aCase.name}-${at}`,
      base: { digest: baseDigest, folder: base },
    });
    opened.push(await openAdapter(outputPath));
  }
  return opened;
}

/** Fuses a case: the result, and the adapters' own word on every module. */
async function fuse(aCase, folder, weights) {
  const adapters = await importAll(aCase, folder);
  // A rule on single entries may make an update of full rank: the larger side of these models is 64.
  const ranks = { best_rank: aCase.facts?.peftOutputRank, dense_rule: 64 };
  const outputRank = ranks[aCase.facts?.rightAnswer];
  const rank = outputRank === undefined ? {} : { outputRank };
  const fused = await fuseAdapters({ ...requestOf(aCase), adapters, weights, ...rank });
  const infos = new Map(adapters.toReversed().flatMap(({ modules }) => [...modules]));
  await Promise.all(adapters.map((adapter) => adapter.close()));
  return { fused, infos };
}

/** The fused change of every parameter, in the layout of the base, by module. */
export async function fuseCase(aCase, folder, weights = aCase.parameters.weights) {
  const { fused, infos } = await fuse(aCase, folder, weights);
  const deltas = new Map();
  for (const [module, factors] of fused.factors) {
    const info = infos.get(module);
    deltas.set(module, toStoredOrder(info, toDense(createLowRank(factors, { ...info, ...factors })).data));
  }
  return deltas;
}

/** The fused adapter's own file, open. */
export async function openFused(aCase, folder) {
  const { fused } = await fuse(aCase, folder, aCase.parameters.weights);
  const path = join(folder, `${aCase.name}-fused.safetensors`);
  await writeFile(path, fused.bytes);
  return openAdapter(path);
}
