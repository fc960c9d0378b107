import type { AdapterFile } from '@crucible/engine/adapters';
import type { FusionSpace } from '../contract/fusion-space.js';
import type { SearchObjective, StatisticsKind, Strategy } from '../contract/strategy.js';
import { definePlugin } from '../definition/define-plugin.js';
import { openBackend } from '../host/fusion/open-backend.js';
import type { StatisticsFile } from '../host/fusion-run.js';
import { wrappedChain } from '../host/wrapper/resolve-strategy.js';
import { checkOptions, parseOptions } from '../options/parse-options.js';
import { distance, fuseAdapters, readDeltas, type FusedForTest, type FuseForTest } from './fuse-adapters.js';
import { fuseModels } from './fuse-models.js';
import { otherValue } from './other-value.js';
import { regaugeAdapter } from './regauge-adapter.js';
import { testMean, testSum } from './test-rules.js';
import { loadStrategy } from './load-strategy.js';
import { memoryAdapter, SYNTHETIC_MODULES, syntheticAdapter, syntheticStatistics } from './synthetic-adapters.js';

/** The test functions of vitest or of whatever else has these. */
export interface TestFunctions {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: () => Promise<void>): unknown;
  expect(value: unknown): Expectation;
}
export interface Expectation {
  toBe(expected: unknown): unknown;
  toEqual(expected: unknown): unknown;
  toContain(expected: unknown): unknown;
  toBeLessThan(expected: number): unknown;
}

export interface ConformanceOptions {
  /** Options under which the declared laws hold, such as `{ lambda: 1 }`; absent: the defaults. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Strategies that a wrapper finds what it wraps among; `testSum` and `testMean` are there always. */
  readonly rules?: readonly Strategy[];
  /** What the rule promises under those options. */
  readonly laws: {
    /** One adapter alone comes back. */
    readonly oneIsItself: boolean;
    /** Weights [1, 0] give the first adapter; true of linear rules. */
    readonly oneZeroIsFirst: boolean;
    /** n copies of one adapter, each of weight 1, give that adapter; true of means, not of sums. */
    readonly identicalIsItself: boolean;
    /**
     * In CORE space it does not matter how ΔW is split into B and A; true of rules that do not depend on the basis, which element-wise ones do. In DELTA
     * space that is tested of every rule.
     */
    readonly gauge?: boolean;
  };
  /**
   * Folder of the plugin's package, built: with it the law of processes is tested, which needs code that a thread can import. What a wrapper wraps must
   * then come from a package beside it.
   */
  readonly packageFolder?: string;
  /** Relative error that float32 arithmetic is allowed; 2e-6 unless given. */
  readonly tolerance?: number;
  /** Greatest relative difference between backends: a decision at a threshold may fall differently; 1e-5 unless given. */
  readonly backendTolerance?: number;
}

/** Weights that no two adapters share, so that a mix-up of their order shows. */
const WEIGHTS = [0.7, 1.2, 0.4];

/**
 * Holds a strategy to the contract and to the laws that it declares, in each of its spaces, through the same runner as the platform. Adapters are
 * made here, seeded. Each law catches a bug that a published merger has had (peers.md G).
 */
export function describeStrategyConformance(
  strategy: Strategy,
  { describe, it, expect }: TestFunctions,
  { options, rules = [], laws, packageFolder, tolerance = 2e-6, backendTolerance = 1e-5 }: ConformanceOptions,
): void {
  const strategies = new Map([testSum, testMean, ...rules].map((rule): [string, Strategy] => [rule.id, rule]));
  const run = (
    space: FusionSpace,
    adapters: readonly AdapterFile[],
    change: Partial<FuseForTest> = {},
  ): Promise<FusedForTest> =>
    fuseAdapters({
      strategy,
      strategies,
      adapters,
      space,
      ...(options && { options }),
      ...(strategy.needs.statistics && { statistics: statisticsOf(strategy.needs.statistics, adapters) }),
      ...(strategy.kind === 'SEARCH' && { objective: quadraticObjective(adapters.length) }),
      ...(space === 'FACTOR' && strategy.factorOrigin !== 'ZERO' && { frame: frameOf(adapters) }),
      ...change,
    });
  const refusal = async (work: () => Promise<unknown>): Promise<string> => {
    try {
      await work();
    } catch (error) {
      return error instanceof Error && 'code' in error ? String(error.code) : String(error);
    }
    return 'accepted';
  };
  const { minAdapters, maxAdapters = Infinity } = strategy.needs;
  const searching = strategy.kind === 'SEARCH';

  describe(`conformance of "${strategy.id}"`, () => {
    it('is a valid definition with valid defaults, and refuses an unknown option', async () => {
      definePlugin({ strategies: [strategy] });
      expect(checkOptions(strategy, options ?? {}, strategies).ok).toBe(true);
      expect(checkOptions(strategy, { ...options, noSuchOption: 1 }, strategies).ok).toBe(false);
    });

    if (!searching) {
      const [space] = strategy.spaces;
      const adapters = sampleAdapters(strategy, space).slice(0, Math.max(minAdapters, Math.min(2, maxAdapters)));
      const factors = async (change: Partial<FuseForTest>): Promise<unknown> =>
        (await run(space, adapters, change)).outputs.map((output) => output.factors);

      it('gives for a schedule of one value what that weight gives, to the bit', async () => {
        const schedules = adapters.map((_, i) => ({ parameter: 'weight', adapter: i, values: [WEIGHTS[i]!] }));
        const weights = adapters.map((_, i) => WEIGHTS[i]!);
        expect(await factors({ options: { ...options, schedules } })).toEqual(await factors({ weights }));
      });

      for (const name of strategy.schedulable ?? []) {
        it(`gives for a schedule of one ${name} what that option gives, to the bit, or says why not`, async () => {
          const value = otherValue(strategy, name, parseOptions(strategy, options, strategies)[name]);
          const scheduled = { ...options, schedules: [{ parameter: name, values: [value, value] }] };
          const given = { ...options, [name]: value };
          let varied: unknown;
          const refused = await refusal(async () => (varied = await factors({ options: scheduled })));
          if (refused === 'STRATEGY_FAILED') return;
          expect(refused).toBe('accepted');
          expect(varied).toEqual(await factors({ options: given }));
        });

        it(`lets one adapter have a ${name} of its own, or refuses it`, async () => {
          const value = otherValue(strategy, name, parseOptions(strategy, options, strategies)[name]);
          const own = { ...options, schedules: [{ parameter: name, adapter: 0, values: [value] }] };
          const plain = (await run(space, adapters)).outputs;
          let varied = plain;
          const refused = await refusal(async () => (varied = (await run(space, adapters, { options: own })).outputs));
          if (refused === 'STRATEGY_FAILED') return;
          const its = (strategy.perAdapter ?? [name]).includes(name);
          expect(refused).toBe(its ? 'accepted' : 'STRATEGY_INVALID_OPTIONS');
          const forAll = (await run(space, adapters, { options: { ...options, [name]: value } })).outputs;
          const changes = ({ deltas }: (typeof plain)[number], i: number): boolean =>
            distance(deltas, plain[i]!.deltas) > 0;
          expect(varied.some(changes)).toBe(its && forAll.some(changes));
        });
      }
    }

    if (strategy.kind === 'MODULE' && strategy.trimmedMerge !== undefined) {
      const { trimmedMerge: _, ...dense } = strategy;
      it('makes full models straight from the stored numbers as by dense task vectors, to the bit', async () => {
        const weights = WEIGHTS.slice(0, Math.max(minAdapters, Math.min(3, maxAdapters)));
        for (const dtype of ['BF16', 'F32', 'F16'] as const) {
          const how = { strategies, options: options ?? {}, weights, dtype };
          const [straight, byVectors] = await fuseModels([strategy, dense], how);
          expect(straight!.digest).toBe(byVectors!.digest);
          expect(straight!.tensors).toEqual(byVectors!.tensors);
        }
      });
    }

    for (const space of strategy.spaces) {
      const adapters = sampleAdapters(strategy, space).slice(0, Math.max(minAdapters, Math.min(3, maxAdapters)));
      const weights = adapters.map((_, i) => WEIGHTS[i % WEIGHTS.length]!);
      const [first] = adapters;

      describe(`in ${space} space`, () => {
        it('gives the same bytes again, leaves its inputs as they were, and no tensor behind', async () => {
          const tf = await openBackend('cpu');
          const before = await Promise.all(adapters.map(digestFactors));
          const tensors = tf.memory().numTensors;
          const log: string[] = [];
          const one = await run(space, adapters, { weights, onLog: (line) => log.push(line) });
          const two = await run(space, adapters, { weights });
          expect(one.outputs.every(({ bytes }, i) => bytes.equals(two.outputs[i]!.bytes))).toBe(true);
          expect(one.outputs.length).toBe(strategy.outputs === 'PER_ADAPTER' ? adapters.length : 1);
          expect(await Promise.all(adapters.map(digestFactors))).toEqual(before);
          expect(tf.memory().numTensors).toBe(tensors);
          expect(log.filter((line) => line.includes('undisposed'))).toEqual([]);
        });

        if (laws.oneIsItself && minAdapters === 1) {
          it('gives one adapter alone back', async () => {
            const fused = await run(space, [first!]);
            expect(distance(fused.deltas, await readDeltas(first!))).toBeLessThan(tolerance);
          });
        }

        if (laws.oneZeroIsFirst && adapters.length > 1 && !searching) {
          it('gives the first adapter for weights [1, 0]', async () => {
            const fused = await run(space, adapters, { weights: adapters.map((_, i) => (i === 0 ? 1 : 0)) });
            expect(distance(fused.deltas, await readDeltas(first!))).toBeLessThan(tolerance);
          });
        }

        if (laws.identicalIsItself && adapters.length > 1 && !searching) {
          it('gives back what all adapters are, where they are identical', async () => {
            const fused = await run(
              space,
              adapters.map(() => first!),
            );
            for (const { deltas } of fused.outputs) {
              expect(distance(deltas, await readDeltas(first!))).toBeLessThan(tolerance);
            }
          });
        }

        if (strategy.needs.order === 'INVARIANT' && adapters.length > 1) {
          it('does not look at the order of the adapters', async () => {
            const straight = await run(space, adapters, { weights });
            const turned = await run(space, adapters.toReversed(), {
              weights: weights.toReversed(),
              ...(searching && { objective: quadraticObjective(adapters.length, true) }),
            });
            const inOrder = turned.outputs.toReversed();
            for (const [i, { deltas }] of straight.outputs.entries()) {
              expect(distance(inOrder[i]!.deltas, deltas)).toBeLessThan(searching ? 0.2 : backendTolerance);
            }
          });
        }

        if (space === 'DELTA' || (space === 'CORE' && laws.gauge)) {
          it('does not look at how ΔW is split into B and A', async () => {
            const straight = await run(space, adapters, { weights });
            const turned = await run(space, await Promise.all(adapters.map(regaugeAdapter)), { weights });
            for (const [i, { deltas }] of straight.outputs.entries()) {
              expect(distance(turned.outputs[i]!.deltas, deltas)).toBeLessThan(backendTolerance);
            }
          });
        }

        it('takes a module that some adapters lack', async () => {
          if (adapters.length < 2) return;
          const partial = [first!, ...adapters.slice(1).map((adapter) => without(adapter, SYNTHETIC_MODULES[1]!.name))];
          const fused = await run(space, partial, { weights });
          expect([...fused.deltas.keys()].toSorted()).toEqual(SYNTHETIC_MODULES.map(({ name }) => name).toSorted());
        });

        it('refuses NaN and a mismatch of shapes before the rule sees them', async () => {
          const poisoned = [await changed(first!, (factors) => void (factors.b[1] = Number.NaN)), ...adapters.slice(1)];
          expect(await refusal(() => run(space, poisoned))).toBe('FUSION_INPUT_NOT_FINITE');
          const short = [
            await changed(first!, (factors) => void (factors.b = factors.b.slice(1))),
            ...adapters.slice(1),
          ];
          expect(await refusal(() => run(space, short))).toBe('FUSION_SHAPE_MISMATCH');
        });

        it('stops when it is aborted, with the reason', async () => {
          const controller = new AbortController();
          const reason = new Error('aborted by the test');
          let got: unknown;
          try {
            await run(space, adapters, { signal: controller.signal, onProgress: () => controller.abort(reason) });
          } catch (error) {
            got = error;
          }
          expect(got).toBe(reason);
        });

        it('gives the same on every backend, within rounding', async () => {
          const cpu = await run(space, adapters, { weights, backend: 'cpu' });
          const wasm = await run(space, adapters, { weights, backend: 'wasm' });
          await openBackend('cpu');
          for (const [i, { deltas }] of cpu.outputs.entries()) {
            expect(distance(wasm.outputs[i]!.deltas, deltas)).toBeLessThan(backendTolerance);
          }
        });

        if (packageFolder !== undefined) {
          it('gives the same bytes from 1, 2 and 3 processes', async () => {
            const chain = wrappedChain(strategy, parseOptions(strategy, options, strategies), strategies);
            const packaged = new Map(strategies);
            for (const { id } of chain) packaged.set(id, await loadStrategy(packageFolder, id));
            const digests: string[] = [];
            for (const processes of [1, 2, 3]) {
              const { outcome } = await run(space, adapters, {
                strategy: packaged.get(strategy.id)!,
                strategies: packaged,
                weights,
                processes,
              });
              digests.push((outcome.outputs ?? [outcome]).map(({ digest }) => digest).join());
            }
            expect(new Set(digests).size).toBe(1);
          });
        }
      });
    }
  });
}

/** Of one frame and one rank where the space or the strategy asks for it, of mixed ranks and scales otherwise. */
function sampleAdapters(strategy: Strategy, space: FusionSpace): readonly AdapterFile[] {
  const seeds = Array.from({ length: Math.max(3, strategy.needs.minAdapters) }, (_, i) => i + 1);
  if (space === 'FRAME' || strategy.needs.sharedFrame === true) {
    return seeds.map((seed) => syntheticAdapter({ seed, frame: 'kit' }));
  }
  if (space === 'FACTOR' || strategy.needs.equalRank === true) return seeds.map((seed) => syntheticAdapter({ seed }));
  return seeds.map((seed) => syntheticAdapter({ seed, rank: 2 + (seed % 3), scale: 2 / seed }));
}

/**
 * A smooth task: the loss is least where each adapter has its own coefficient in every group of modules, and that place follows the adapters' order. Its slope
 * is the same over every batch.
 */
function quadraticObjective(count: number, reversed = false): SearchObjective {
  const best = Array.from({ length: count }, (_, i) => 0.6 - 0.25 * i);
  if (reversed) best.reverse();
  const off = (coefficients: readonly number[]): readonly number[] =>
    coefficients.map((value, i) => value - best[i % count]!);
  const evaluate = async (coefficients: readonly number[]) => {
    const squares = off(coefficients).reduce((sum, value) => sum + value ** 2, 0);
    return { loss: 0.5 + (squares * count) / coefficients.length, accuracy: 0.5, examples: 16 };
  };
  return {
    adapterCount: count,
    examples: 16,
    evaluate,
    gradient: async (coefficients) => ({
      ...(await evaluate(coefficients)),
      gradient: off(coefficients).map((value) => (2 * value * count) / coefficients.length),
    }),
  };
}

/** One for each adapter, and the same for the same adapter wherever it stands. */
function statisticsOf(kind: StatisticsKind, adapters: readonly AdapterFile[]): readonly StatisticsFile[] {
  return adapters.map(({ digest }) => syntheticStatistics(kind, Number.parseInt(digest.slice(0, 7), 16)));
}

/** A frame that the adapters are measured from: any will do, as long as it is one. */
function frameOf(adapters: readonly AdapterFile[]): { digest: string; readA(module: string): Promise<Float32Array> } {
  const origin = syntheticAdapter({ seed: 4242, rank: adapters[0]!.manifest.rank });
  return { digest: origin.digest, readA: async (module) => (await origin.readFactors(module)).a };
}

async function factorsOf(adapter: AdapterFile): Promise<Map<string, { a: Float32Array; b: Float32Array }>> {
  const factors = new Map<string, { a: Float32Array; b: Float32Array }>();
  for (const module of adapter.modules.keys()) factors.set(module, await adapter.readFactors(module));
  return factors;
}

async function digestFactors(adapter: AdapterFile): Promise<string> {
  const factors = await factorsOf(adapter);
  return JSON.stringify([...factors].map(([name, { a, b }]) => [name, Array.from(a), Array.from(b)]));
}

async function changed(
  adapter: AdapterFile,
  change: (factors: { a: Float32Array; b: Float32Array }) => void,
): Promise<AdapterFile> {
  const file = await factorsOf(adapter);
  const info = adapter.modules;
  change(file.get(SYNTHETIC_MODULES[0]!.name)!);
  const memory = memoryAdapter(adapter.manifest, SYNTHETIC_MODULES, file);
  return { ...memory, modules: info };
}

function without(adapter: AdapterFile, module: string): AdapterFile {
  const modules = new Map(adapter.modules);
  modules.delete(module);
  return { ...adapter, modules, digest: `${adapter.digest.slice(0, -1)}0` };
}
