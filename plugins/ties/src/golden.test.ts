import '@tensorflow/tfjs-backend-cpu';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openSafetensors } from '@crucible/engine/tensors';
import type { FusionContext, ModuleInput } from '@crucible/sdk';
import { parseOptions } from '@crucible/sdk';
import { moduleInputOf } from '@crucible/sdk/testing';
import { createKeyedRandom } from '@crucible/engine/random';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { ModuleVectors } from './adapter-vectors.js';
import { fuseTaskVectors } from './fuse-task-vectors.js';
import { ties } from './ties-strategy.js';
import type { TiesOptions } from './options.js';

const golden = fileURLToPath(new URL('../golden/', import.meta.url));

interface GoldenParameters {
  readonly K?: number;
  readonly mergeFunction?: 'mean' | 'sum' | 'max';
  readonly density?: number;
  readonly densities?: readonly number[];
  readonly weights?: readonly number[];
  readonly lambda?: number;
  readonly normalize?: boolean;
  readonly consensus?: 'sum' | 'count';
  readonly majoritySign?: 'total' | 'frequency';
}
interface GoldenCase {
  readonly name: string;
  readonly checks: string;
  readonly parameters: GoldenParameters;
  readonly inputs: { readonly taskVectors?: string; readonly base?: string };
  readonly expected?: string;
  readonly expectError?: boolean;
  readonly tolerance?: { readonly atol: number; readonly rtol: number };
  readonly facts?: { readonly keepExactly?: Readonly<Record<string, number>> };
}

const cases = readdirSync(golden)
  .filter((name) => !name.startsWith('_'))
  .map((name) => JSON.parse(readFileSync(`${golden}${name}/case.json`, 'utf8')) as GoldenCase);
const valued = cases.filter(({ expected, tolerance }) => expected !== undefined && tolerance !== undefined);

/** The case's parameters as options: the preset of its implementation, and nothing that the preset already says. */
function optionsOf({ name, parameters }: GoldenCase): Record<string, unknown> {
  const { K, mergeFunction, density, densities, lambda, normalize, consensus, majoritySign } = parameters;
  const preset = { official: 'PAPER', peta: 'PETA', peft: 'PEFT', mergekit: 'MERGEKIT' }[name.split('-')[0]!];
  return {
    preset,
    ...(K === undefined ? {} : { density: K > 1 ? K / 100 : K }),
    ...(density === undefined ? {} : { density }),
    ...(densities === undefined ? {} : { densities }),
    ...(lambda === undefined ? {} : { lambda }),
    ...(mergeFunction === undefined ? {} : { merge: mergeFunction.toUpperCase() }),
    ...(normalize === false ? { merge: 'SUM' } : {}),
    ...(consensus === 'count' || majoritySign === 'frequency' ? { signRule: 'COUNT' } : {}),
  };
}
const parsed = (golden: GoldenCase): TiesOptions => parseOptions(ties, optionsOf(golden)) as TiesOptions;

async function readAll(path: string): Promise<Map<string, Float32Array>> {
  const file = await openSafetensors(path);
  const tensors = new Map<string, Float32Array>();
  for (const name of file.tensors.keys()) tensors.set(name, await file.readFloat32(name));
  await file.close();
  return tensors;
}

interface Inputs {
  readonly modules: readonly ModuleVectors[];
  readonly count: number;
}

/** Each tensor of the task vectors as one module, in sorted order. `base` turns them into float32(base + delta) - base first. */
async function inputsOf({ name, inputs, parameters }: GoldenCase): Promise<Inputs> {
  const folder = `${golden}${name}/`;
  const tensors = await readAll(folder + inputs.taskVectors!);
  const base = inputs.base === undefined ? undefined : await readAll(folder + inputs.base);
  const names = [...new Set([...tensors.keys()].map((key) => key.slice(key.indexOf('/') + 1)))].sort();
  const count = new Set([...tensors.keys()].map((key) => key.slice(0, key.indexOf('/')))).size;
  const modules = names.map((module, index) => ({
    module,
    index,
    members: Array.from({ length: count }, (_, position) => {
      const delta = tensors.get(`task${position}/${module}`)!;
      const origin = base?.get(module);
      const values = origin ? delta.map((value, i) => Math.fround(value + origin[i]!) - origin[i]!) : delta;
      return { position, weight: parameters.weights?.[position] ?? 1, vectors: [values] };
    }),
  }));
  return { modules, count };
}

/** By how much the worst entry is outside the case's tolerance; 0 or less where all are inside. */
async function excessOver(item: GoldenCase, fused: (module: string) => ArrayLike<number>): Promise<number> {
  const folder = `${golden}${item.name}/`;
  const expected = await readAll(folder + item.expected!);
  const base = item.inputs.base === undefined ? undefined : await readAll(folder + item.inputs.base);
  const { atol, rtol } = item.tolerance!;
  let excess = -Infinity;
  for (const [module, values] of expected) {
    const got = fused(module);
    if (got.length !== values.length) return Infinity;
    values.forEach((value, i) => {
      const merged = got[i]! + (base?.get(module)?.[i] ?? 0);
      const over = Math.abs(merged - value) - atol - rtol * Math.abs(value);
      excess = Number.isNaN(over) ? Infinity : Math.max(excess, over);
    });
  }
  return excess;
}

const fusedOf = (
  fused: readonly (readonly Float32Array[])[],
  modules: readonly ModuleVectors[],
  name: string,
): Float32Array => fused[modules.findIndex(({ module }) => module === name)]![0]!;

it('covers every case of the group', () => {
  expect(cases).toHaveLength(66);
  expect(valued).toHaveLength(63);
});

describe('the rule on arrays equals the reference', () => {
  it.each(valued.map((item) => [item.name, item] as const))('%s', async (_, item) => {
    const { modules, count } = await inputsOf(item);
    const fused = fuseTaskVectors(modules, count, parsed(item));
    expect(await excessOver(item, (module) => fusedOf(fused, modules, module))).toBeLessThanOrEqual(0);
  });
});

describe('the strategy, surveyed and fused as the host does it, equals the reference', () => {
  it.each(valued.map((item) => [item.name, item] as const))('%s', async (_, item) => {
    await tf.setBackend('cpu');
    const inputs = await inputsOf(item);
    const fused = await runStrategy(inputs, parsed(item));
    expect(await excessOver(item, (module) => fused.get(module)!)).toBeLessThanOrEqual(0);
  });
});

/** Each module is given as two vectors where it can be cut in two: a global trim must not see the seam. */
async function runStrategy({ modules, count }: Inputs, options: TiesOptions): Promise<Map<string, Float32Array>> {
  const context: FusionContext = {
    tf,
    signal: new AbortController().signal,
    seed: 0,
    random: createKeyedRandom(0),
    log: () => undefined,
  };
  const split = options.trimScope === 'GLOBAL';
  const before = tf.memory().numTensors;
  const inputs = modules.map(({ module, index, members }): ModuleInput<TiesOptions> =>
    moduleInputOf({
      module,
      index,
      count: modules.length,
      space: 'FACTOR',
      options,
      members: members.map(({ weight, vectors }, place) => ({
        weight,
        digest: `${9 - place}`.repeat(64),
        vectors: vectors
          .flatMap((values) => (split ? [values.slice(0, 3), values.slice(3)] : [values]))
          .map((values) => tf.tensor2d(values, [1, values.length])),
      })),
    }),
  );
  const survey = ties.survey!;
  let state = survey.start(options, count);
  const rounds = typeof survey.rounds === 'function' ? survey.rounds(options) : survey.rounds;
  for (let round = 0; round < rounds; round += 1) {
    const observations = [];
    // Through a structured clone, as between processes.
    for (const input of inputs) observations.push(structuredClone(await survey.observe(input, state, round, context)));
    state = structuredClone(survey.combine(observations, state, round, options));
  }
  const fused = new Map<string, Float32Array>();
  for (const input of inputs) {
    const output = await ties.fuseModule(input, state, context);
    if (output.kind !== 'vectors') throw new Error('TIES gives vectors');
    const parts = await Promise.all(output.vectors.map((vector) => vector.data()));
    fused.set(input.module, Float32Array.from(parts.flatMap((part) => [...part])));
    tf.dispose([...output.vectors, ...input.members.flatMap(({ vectors }) => vectors)]);
  }
  expect(tf.memory().numTensors).toBe(before);
  return fused;
}

describe('cases without a value', () => {
  it('exact-count-ties-property: keeps what it must, nothing else, and exactly so many', async () => {
    const item = cases.find(({ name }) => name === 'exact-count-ties-property')!;
    const { modules } = await inputsOf(item);
    const file = await openSafetensors(`${golden}${item.name}/expected.safetensors`);
    for (const [key, count] of Object.entries(item.facts!.keepExactly!)) {
      const [task, tensor] = key.split('/');
      const module = modules.find(({ module }) => module === tensor)!;
      const member = { ...module.members[Number(task!.slice(4))]!, position: 0 };
      const [kept] = fuseTaskVectors(
        [{ ...module, members: [member] }],
        1,
        parseOptions(ties, { preset: 'PEFT', density: item.parameters.density }) as TiesOptions,
      );
      const must = await file.readUint8(`must_keep/${key}`);
      const may = await file.readUint8(`may_keep/${key}`);
      expect(kept![0]!.filter((value) => value !== 0)).toHaveLength(count);
      const lost = [...must].filter((mask, i) => mask === 1 && kept![0]![i] !== member.vectors[0]![i]);
      const foreign = [...kept![0]!].filter((value, i) => value !== 0 && must[i] === 0 && may[i] === 0);
      expect([lost, foreign]).toEqual([[], []]);
    }
    await file.close();
  });

  it('mergekit-k0-error: a tensor of which nothing would be kept is refused, with what to do', () => {
    const vectors = [Float32Array.of(1, 2, 3)];
    const modules = [{ module: 'm', index: 0, members: [{ position: 0, weight: 1, vectors }] }];
    const options = parseOptions(ties, { preset: 'MERGEKIT', density: 0.2 }) as TiesOptions;
    expect(() => fuseTaskVectors(modules, 1, options)).toThrow(/keeps none.*whenNothingKept: ZERO/);
  });

  it('official-main-k1-undefined: where the original raises, density 1 keeps all, as peta does', async () => {
    const item = cases.find(({ name }) => name === 'official-main-k1-undefined')!;
    const { modules, count } = await inputsOf(item);
    const fused = fuseTaskVectors(modules, count, parsed(item));
    const peta = cases.find(({ name }) => name === 'peta-main-k1-mean')!;
    expect(await excessOver(peta, (module) => fusedOf(fused, modules, module))).toBeLessThanOrEqual(0);
  });
});
