import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { openAdapter, type AdapterFile } from '@crucible/engine/adapters';
import {
  addMatrices,
  coreBasis,
  createLowRank,
  frobeniusNorm,
  multiply,
  scaleMatrix,
  subtractMatrices,
  toDense,
  type LowRank,
  type Matrix,
} from '@crucible/engine/algebra';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { FUSION_SPACES, type FusionSpace } from '../../contract/fusion-space.js';
import { defineModuleStrategy } from '../../definition/define-strategy.js';
import { syntheticAdapter } from '../../testing/synthetic-adapters.js';
import { openBackend } from '../fusion/open-backend.js';
import { runFusion } from '../run-fusion.js';

/** Large enough that DELTA space looks for the leading triples instead of decomposing in full. */
const MODULE = { name: 'layers.0.q', outFeatures: 300, inFeatures: 280 };
const WEIGHTS = [1, -0.5, 0.8];

/** What docs/fidelity.md states: the report's relative error is within this of the truth. */
const BOUNDS = { factors: 2e-6, dense: 2e-6 };

const description = {
  title: 'x',
  description: 'x',
  references: [{ title: 'x' }],
  needs: { minAdapters: 1, order: 'INVARIANT' as const },
  spaces: FUSION_SPACES,
  options: z.object({}),
};
const weighted = defineModuleStrategy({
  ...description,
  id: 'weighted',
  fuseModule: ({ members }) => ({ kind: 'combination', coefficients: members.map(({ weight }) => weight) }),
});
/** Entry by entry, and not linear: the positive part of the sum. */
const positive = defineModuleStrategy({
  ...description,
  id: 'positive',
  fuseModule: ({ members }) => ({
    kind: 'vectors',
    vectors: tf.tidy(() =>
      members[0]!.vectors.map((_, i) => tf.relu(tf.addN(members.map(({ vectors }) => vectors[i]!)))),
    ),
  }),
});

/** Answers with the factors of the first. */
const first = defineModuleStrategy({
  ...description,
  id: 'first',
  fuseModule: ({ members }) => ({ kind: 'factors', factors: members[0]!.factors }),
});
const STRATEGIES = { weighted, positive, first };
type Kind = keyof typeof STRATEGIES;

const rectified = (x: Matrix): Matrix => ({ ...x, data: x.data.map((value) => Math.max(0, value)) });
const total = (matrices: readonly Matrix[]): Matrix => matrices.reduce((sum, matrix) => addMatrices(sum, matrix));
const updateOf = async (adapter: AdapterFile): Promise<LowRank> =>
  createLowRank(await adapter.readFactors(MODULE.name), adapter.modules.get(MODULE.name)!);

describe('the relative error of a report', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'report-'));
    await openBackend('cpu');
  });
  afterAll(() => rm(folder, { recursive: true }));
  const own = [1, 2, 3].map((seed) => syntheticAdapter({ seed, modules: [MODULE] }));
  const framed = [1, 2, 3].map((seed) => syntheticAdapter({ seed, modules: [MODULE], frame: 'f' }));

  /** What the rule gives in its space before it is brought to a rank, dense, in float64. */
  function exactOf(kind: Kind, space: FusionSpace, updates: readonly LowRank[]): Matrix {
    if (kind === 'weighted') return total(updates.map((update, i) => scaleMatrix(toDense(update), WEIGHTS[i]!)));
    const [one] = updates;
    if (kind === 'first') return toDense(one!);
    switch (space) {
      case 'FRAME':
        return scaleMatrix(multiply(rectified(total(updates.map(({ b }) => b))), one!.a), one!.scale);
      case 'FACTOR': {
        const a = rectified(total(updates.map((update) => update.a)));
        return scaleMatrix(multiply(rectified(total(updates.map(({ b }) => b))), a), one!.scale);
      }
      case 'DELTA':
        return rectified(total(updates.map(toDense)));
      case 'CORE': {
        const { qb, qa, cores } = coreBasis(updates);
        return multiply(multiply(qb, rectified(total(cores))), qa);
      }
    }
  }

  const cases = FUSION_SPACES.flatMap((space) =>
    (['weighted', 'positive', 'first'] as const).flatMap((kind) =>
      [undefined, 2].map((outputRank) => ({ space, kind, outputRank })),
    ),
  );
  it.each(cases)('is true to its bound: $kind in $space at rank $outputRank', async ({ space, kind, outputRank }) => {
    const adapters = space === 'FRAME' ? framed : own;
    const outputPath = join(folder, `${space}-${kind}-${outputRank}.safetensors`);
    const { fidelity } = await runFusion({
      strategy: STRATEGIES[kind],
      options: {},
      members: adapters.map((adapter, i) => ({ adapter, weight: WEIGHTS[i]! })),
      space,
      ...(outputRank !== undefined && { outputRank }),
      seed: 0,
      name: 'x',
      outputPath,
      tf,
      signal: new AbortController().signal,
    });
    const exact = exactOf(kind, space, await Promise.all(adapters.map(updateOf)));
    const file = await openAdapter(outputPath);
    const output = toDense(await updateOf(file));
    await file.close();
    const error = frobeniusNorm(subtractMatrices(output, exact)) / frobeniusNorm(exact);
    const bound = space === 'DELTA' && kind === 'positive' ? BOUNDS.dense : BOUNDS.factors;
    expect(Math.abs(fidelity.relativeError - error)).toBeLessThan(bound);
    // What is called exact is, to the rounding of float32.
    expect(fidelity.exact && error > 1e-6).toBe(false);
  });

  it('of a rule of dense matrices whose result has the rank it is written at is within the stated bound of 0', async () => {
    const sum = defineModuleStrategy({
      ...description,
      id: 'sum',
      fuseModule: ({ members }) => ({
        kind: 'vectors',
        vectors: [tf.tidy(() => tf.addN(members.map(({ vectors }) => vectors[0]!)))],
      }),
    });
    const { fidelity } = await runFusion({
      strategy: sum,
      options: {},
      members: own.map((adapter) => ({ adapter, weight: 1 })),
      space: 'DELTA',
      seed: 0,
      name: 'x',
      outputPath: join(folder, 'sum.safetensors'),
      tf,
      signal: new AbortController().signal,
    });
    expect(fidelity.relativeError).toBeLessThan(BOUNDS.dense);
  });
});
