// Every figure of docs/correctness.md: ours is computed here, the peers' is read from the outputs that they gave.
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportPeftFolder, inspectAdapter, openPeftDelta, toStoredOrder } from '../../engine/dist/adapters/index.js';
import { openTinyModel } from '../../engine/dist/adapters/tiny-forward.testing.js';
import { concatenate, createLowRank, toDense } from '../../engine/dist/algebra/index.js';
import {
  fuseMatrices,
  readGoldenCase,
  readGoldenTensors,
  readTaskVectors,
} from '../../plugins/sdk/dist/testing/index.js';
import { fuseCase, importAll } from './fuse-case.js';
import { pathsOf, peftCases, readExpected, readIds, relativeError } from './golden-cases.js';
import { strategyOf } from './strategy-of.js';

const find = (name) => peftCases.find((aCase) => aCase.name === name);

/** Sums and rules whose right answer is known: PEFT's error, and ours. */
async function combinations(folder) {
  const rows = [];
  for (const aCase of peftCases) {
    const { facts, name, checks, parameters } = aCase;
    if (facts?.rightAnswer === undefined) continue;
    const right = await readExpected(aCase, `${facts.rightAnswer}/`);
    const peft = await readExpected(aCase, 'peft/');
    rows.push({
      name,
      checks,
      type: parameters.combinationType,
      right: facts.rightAnswer,
      peftIsRight: facts.peftIsRight,
      peft: peft.size === 0 ? facts.peftErrorToRightAnswer : relativeError(peft, right),
      ours: relativeError(await fuseCase(aCase, folder), right),
    });
  }
  return rows;
}

/** Logits of a base with changed weights. */
export async function logitsWith(base, changes) {
  const model = await openTinyModel(base);
  const weights = new Map(model.weights);
  for (const [name, change] of changes) {
    weights.set(
      name,
      model.weights.get(name).map((value, at) => value + change[at]),
    );
  }
  return new Map([['', model.forward(weights, await readIds(base.endsWith('gpt2') ? 'gpt2' : 'llama'))]]);
}

/** What a PEFT folder changes of its base, by the base's tensors. */
export async function changesOf(adapter, base) {
  const delta = await openPeftDelta(adapter, base);
  const changes = new Map();
  for (const name of delta.parameters.keys()) changes.set(name, await delta.readDelta(name));
  await delta.close();
  return changes;
}

/** Weights [1, 0] over two adapters with biases of B, or DoRA magnitudes: errors of the logits. */
async function identities(folder) {
  const rows = [];
  for (const name of ['identity-bias-cat', 'identity-bias-linear', 'identity-dora-cat', 'identity-dora-linear']) {
    const aCase = find(name);
    const { adapters, base } = pathsOf(aCase);
    const right = await readExpected(aCase, 'truth_logits');
    const peft = await readExpected(aCase, 'peft_logits');
    const dora = name.includes('dora');
    const fused = dora ? await changesOf(adapters[0], base) : new Map();
    if (!dora) {
      for (const [module, change] of await fuseCase(aCase, folder)) {
        fused.set(module.endsWith('.bias') ? module : `${module}.weight`, change);
      }
    }
    rows.push({
      name,
      dora,
      peft: relativeError(peft, right),
      ours: relativeError(await logitsWith(base, fused), right),
    });
  }
  return rows;
}

/** Cases that PEFT refuses, or answers with something that cannot run, and whose sum exists: ours against the float64 sum of the files. */
async function refusals(folder) {
  const rows = [];
  for (const aCase of peftCases) {
    const { name, peftOutcome, checks } = aCase;
    if (peftOutcome === undefined) continue;
    if (name === 'refuse-name-in-use') {
      rows.push({ name, checks, peft: peftOutcome });
      continue;
    }
    const adapters = await importAll(aCase, folder);
    const { weights } = aCase.parameters;
    const right = new Map();
    for (const module of new Set(adapters.flatMap(({ modules }) => [...modules.keys()]))) {
      const holders = adapters
        .map((adapter, at) => ({ adapter, weight: weights[at] }))
        .filter(({ adapter }) => adapter.modules.has(module));
      const items = [];
      for (const { adapter } of holders)
        items.push(createLowRank(await adapter.readFactors(module), adapter.modules.get(module)));
      const sum = toDense(
        concatenate(
          items,
          holders.map(({ weight }) => weight),
        ),
      );
      right.set(module, toStoredOrder(holders[0].adapter.modules.get(module), sum.data));
    }
    await Promise.all(adapters.map((adapter) => adapter.close()));
    rows.push({ name, checks, peft: peftOutcome, ours: relativeError(await fuseCase(aCase, folder), right) });
  }
  return rows;
}

/** Logits of every adapter: as read from PEFT's folder, and after import and export. */
async function roundTrips(folder) {
  const rows = [];
  for (const aCase of peftCases.filter(({ name }) => name.startsWith('adapter-'))) {
    const { adapters, base } = pathsOf(aCase);
    const right = await readExpected(aCase, 'logits');
    const read = relativeError(await logitsWith(base, await changesOf(adapters[0], base)), right);
    const { blockers } = await inspectAdapter(adapters[0], { base: { digest: '0'.repeat(64), folder: base } });
    if (blockers.length > 0) {
      rows.push({ name: aCase.name, read, refused: blockers.map(({ code }) => code).join(', ') });
      continue;
    }
    const [imported] = await importAll(aCase, folder);
    const where = join(folder, `${aCase.name}-exported`);
    await exportPeftFolder(imported, where);
    await imported.close();
    rows.push({
      name: aCase.name,
      read,
      exported: relativeError(await logitsWith(base, await changesOf(where, base)), right),
    });
  }
  return rows;
}

/** Cases of mergekit that have both its answer and the documented method's: errors of the task vectors. */
async function mergekit() {
  const rows = [];
  for (const [folder, id, name] of [
    ['breadcrumbs', 'breadcrumbs', 'mergekit-breadcrumbs-small-tensor'],
    ['sce', 'sce', 'mergekit-sce-small-scale'],
  ]) {
    const golden = new URL(`../../plugins/${folder}/golden/`, import.meta.url);
    const aCase = await readGoldenCase(golden, name);
    const { modules, base } = await readTaskVectors(golden, aCase);
    const { weights, normalize, consensus: _, ...options } = aCase.parameters;
    const fused = await fuseMatrices({
      strategy: await strategyOf(folder, id),
      options: { ...options, ...(normalize === true && { normalize }) },
      modules,
      ...(weights !== undefined && { weights }),
    });
    const vectors = async (prefix) => {
      const tensors = await readGoldenTensors(golden, name, aCase.expected, prefix);
      return new Map(
        [...tensors].map(([module, { data }]) => [
          module,
          data.map((value, at) => value - (base?.get(module)?.data[at] ?? 0)),
        ]),
      );
    };
    const right = await vectors('intended/');
    const ours = new Map([...fused].map(([module, [values]]) => [module, values]));
    rows.push({
      name,
      checks: aCase.checks,
      peer: relativeError(await vectors('reference/'), right),
      ours: relativeError(ours, right),
    });
  }
  return rows;
}

/** What tools/python/check_peft.py wrote down of a run with that version of PEFT. */
function readRecord(version) {
  return JSON.parse(readFileSync(new URL(`recorded/peft-${version}.json`, import.meta.url), 'utf8'));
}

/** All figures; whatever is on disk meanwhile is gone afterwards. */
export async function computeFigures() {
  const folder = await mkdtemp(join(tmpdir(), 'crucible-correctness-'));
  try {
    return {
      record: readRecord('0.20.1.dev0'),
      released: readRecord('0.21.0'),
      combinations: await combinations(folder),
      identities: await identities(folder),
      refusals: await refusals(folder),
      roundTrips: await roundTrips(folder),
      mergekit: await mergekit(),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
