import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isCrucibleError } from '@crucible/engine/errors';
import { selectBackend } from '@crucible/engine/backend';
import type { FusionSpace, Strategy } from '@crucible/sdk';
import {
  loadPlugins,
  planFusion,
  prepareFusion,
  runFusion,
  type FusionOutcome,
  type PreparedSet,
} from '@crucible/sdk/host';
import { syntheticAdapter } from '@crucible/sdk/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pluginPlaces } from '../compute/load-strategy.js';

const MODULES = [
  { name: 'layers.0.q', outFeatures: 40, inFeatures: 30 },
  { name: 'layers.1.q', outFeatures: 40, inFeatures: 30 },
  { name: 'layers.1.v', outFeatures: 24, inFeatures: 36 },
];
/** What runs report is measured in float32. */
const REPORT = 1e-5;

/** Rules that make factors of their own, and follow rotations of what goes in: the small coordinates tell what they make. */
const PREVIEWED = new Set(['tsvM', 'isoC', 'isoCts', 'wudi', 'compressThenMerge', 'loraLego']);

/** Their results have equal singular values: which of them a cut leaves, and so what is left of each adapter, rounding decides. */
const FLAT = new Set(['isoC', 'isoCts']);

const { strategies: installed } = await loadPlugins(pluginPlaces());
const strategies: ReadonlyMap<string, Strategy> = new Map([...installed].map(([id, { strategy }]) => [id, strategy]));

describe.each(['own A’s', 'one frame'])('adapters with %s', (kind) => {
  const sets = new Map<number, PreparedSet>();
  const adapters = [1, 2, 3].map((seed) =>
    syntheticAdapter({ seed, modules: MODULES, ...(kind === 'one frame' && { frame: 'f' }) }),
  );
  let folder: string;
  let tf: Awaited<ReturnType<typeof selectBackend>>['tf'];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'installed-'));
    ({ tf } = await selectBackend({ backend: 'cpu' }));
    for (const count of [2, 3]) sets.set(count, await prepareFusion(adapters.slice(0, count), { tf }));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each([...strategies.keys()])('%s does what its plan and its previews say, in every space', async (id) => {
    const strategy = strategies.get(id)!;
    const count = Math.min(3, strategy.needs.maxAdapters ?? 3);
    const cases = strategy.spaces.flatMap((space) => [undefined, 3].map((outputRank) => ({ space, outputRank })));
    const failures: string[] = [];
    for (const { space, outputRank } of cases) {
      const title = `${space} at rank ${outputRank ?? 'any'}`;
      for (const problem of await compare(strategy, count, space, outputRank)) failures.push(`${title}: ${problem}`);
    }
    expect(failures).toEqual([]);
  });

  async function compare(
    strategy: Strategy,
    count: number,
    space: FusionSpace,
    outputRank?: number,
  ): Promise<string[]> {
    const used = adapters.slice(0, count);
    const members = used.map((adapter, i) => ({ adapter, weight: 1 - i / 4 }));
    const request = {
      strategy,
      strategies,
      options: {},
      space,
      ...(outputRank !== undefined && { outputRank }),
      seed: 1,
    };
    const plan = await planFusion({ ...request, members, name: 'x', tf, validation: true });
    const signal = new AbortController().signal;
    const outputPath = join(folder, 'output.safetensors');
    const run = await orReason(runFusion({ ...request, members, name: 'x', tf, signal, outputPath }));
    // A search without an objective is stopped after the plan could know.
    if (strategy.kind === 'SEARCH') return [];
    if ('code' in run)
      return plan.issues.length > 0 ? [] : [`the plan has no issues, the run ends with ${run.message}`];
    const weights = members.map(({ weight }) => weight);
    const preview = await orReason(sets.get(count)!.preview({ ...request, weights }));
    const problems = planProblems(plan.run, run);
    if ('code' in preview) {
      if (preview.code !== 'PREVIEW_NOT_POSSIBLE' || PREVIEWED.has(strategy.id)) problems.push(preview.message);
      return problems;
    }
    const { fidelity } = run;
    if (preview.outputRank !== run.rank) problems.push(`previewed rank ${preview.outputRank}, got ${run.rank}`);
    const cutFlat = FLAT.has(strategy.id) && outputRank !== undefined;
    const pairs: [string, number, number][] = [
      ['relative error', preview.relativeError, fidelity.relativeError],
      ['retained energy', preview.retainedEnergy, fidelity.retainedEnergy],
      ...(cutFlat ? [] : preview.perAdapter).map(({ retainedEnergy }, i): [string, number, number] => [
        `retained energy of adapter ${i}`,
        retainedEnergy,
        fidelity.perAdapter[i]!.retainedEnergy,
      ]),
    ];
    for (const [what, expected, got] of pairs) {
      if (Math.abs(expected - got) > REPORT) problems.push(`previewed ${what} ${expected}, got ${got}`);
    }
    return problems;
  }
});

type Plan = Awaited<ReturnType<typeof planFusion>>['run'];

function planProblems(plan: Plan, run: FusionOutcome): string[] {
  if (plan === undefined) return ['the plan has issues, the run has none'];
  const written = (run.outputs ?? [run]).reduce((sum, { byteLength }) => sum + byteLength, 0);
  const agrees = plan.certain ? plan.bytesWritten === written : plan.bytesWritten >= written;
  const fits = plan.certain ? plan.outputRank === run.rank : plan.outputRank >= run.rank;
  return [
    ...(agrees ? [] : [`planned ${plan.bytesWritten} bytes, got ${written}`]),
    ...(fits ? [] : [`planned rank ${plan.outputRank}, got ${run.rank}`]),
  ];
}

async function orReason<Result extends object>(
  work: Promise<Result>,
): Promise<Result | { readonly code: string; readonly message: string }> {
  try {
    return await work;
  } catch (error) {
    if (isCrucibleError(error)) return { code: error.code, message: error.message };
    throw error;
  }
}
