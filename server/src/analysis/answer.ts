import { openAdapter, type AdapterFile } from '@crucible/engine/adapters';
import { compareAdapters } from '@crucible/engine/diagnostics';
import type { TensorFlow } from '@crucible/sdk';
import {
  planFusion,
  prepareFusion,
  previewLimits,
  type FusionPlan,
  type PluginRegistry,
  type PreparedSet,
} from '@crucible/sdk/host';
import type { Strategy } from '@crucible/sdk';
import { computeErrors } from '../compute/errors.js';
import { analysisLimits } from './limits.js';
import { Lru } from './lru.js';
import type {
  AnalysisWork,
  AnalyzedFile,
  AnswerOf,
  PlanWork,
  PreviewAnswer,
  PreviewWork,
  SimilarityWork,
} from './protocol.js';

/** Answers queries about adapters and fusions in the process that they are computed in, and keeps what it has factorized. */
export class Answerer {
  readonly #plugins: PluginRegistry;
  readonly #tf: TensorFlow;
  /** Resident memory before anything was computed: what a plan adds a fusion's needs to. */
  readonly #baselineBytes = process.memoryUsage.rss();
  readonly #prepared = new Lru<PreparedSet>(
    { entries: analysisLimits.preparedSets, size: analysisLimits.preparedBytes },
    (set) => set.dispose(),
  );

  constructor(plugins: PluginRegistry, tf: TensorFlow) {
    this.#plugins = plugins;
    this.#tf = tf;
  }

  async answer(work: AnalysisWork): Promise<AnswerOf[keyof AnswerOf]> {
    if (work.kind === 'SIMILARITY') return this.#compare(work);
    if (work.kind === 'PLAN') return this.#plan(work);
    return this.#preview(work);
  }

  async #compare({ adapters, weights, signRows }: SimilarityWork): Promise<AnswerOf['SIMILARITY']> {
    return withAdapters(adapters, (opened) =>
      compareAdapters(
        opened.map((adapter) => ({
          name: adapter.manifest.name,
          modules: adapter.modules,
          readFactors: (module) => adapter.readFactors(module),
        })),
        { weights, ...(signRows > 0 && { signs: { rows: signRows } }) },
      ),
    );
  }

  async #plan(work: PlanWork): Promise<FusionPlan> {
    const { members, options, space, outputRank, seed, name, validation, statistics, statisticsKind } = work;
    return withAdapters(members, (opened) =>
      planFusion({
        strategy: this.#strategy(work.strategy),
        strategies: this.#strategies,
        options,
        members: opened.map((adapter, i) => {
          const digest = statistics[i];
          const { weight, ownFrameDigest } = members[i]!;
          const member = { adapter, weight, ...(ownFrameDigest !== null && { ownFrameDigest }) };
          if (statisticsKind === null || !digest) return member;
          // A plan looks at no numbers: which file it is, is all that the output's header says of it.
          const file = { kind: statisticsKind, digest, readTensor: async () => undefined };
          return { ...member, statistics: file };
        }),
        ...(space !== null && { space }),
        ...(outputRank !== null && { outputRank }),
        seed,
        name,
        validation,
        adapterMethods: this.#methods,
        tf: this.#tf,
        baselineBytes: this.#baselineBytes,
      }),
    );
  }

  async #preview({ strategy, options, members, space, outputRank, seed }: PreviewWork): Promise<PreviewAnswer> {
    const started = performance.now();
    const key = members.map(({ digest }) => digest).join(' ');
    const known = this.#prepared.get(key);
    const set =
      known ??
      (await withAdapters(members, (adapters) =>
        prepareFusion(adapters, {
          tf: this.#tf,
          bytes: Math.min(previewLimits.bytes, analysisLimits.preparedBytes),
          adapterMethods: this.#methods,
        }),
      ));
    if (known === undefined) this.#prepared.set(key, set, set.byteLength);
    const prepared = performance.now();
    const preview = await set.preview({
      strategy: this.#strategy(strategy),
      strategies: this.#strategies,
      options,
      weights: members.map(({ weight }) => weight),
      ...(space !== null && { space }),
      ...(outputRank !== null && { outputRank }),
      seed,
    });
    return {
      preview,
      prepareSeconds: known === undefined ? (prepared - started) / 1000 : 0,
      seconds: (performance.now() - prepared) / 1000,
    };
  }

  #strategy(id: string): Strategy {
    const strategy = this.#strategies.get(id);
    if (strategy) return strategy;
    throw computeErrors.strategyMissing({ strategy: id, reason: 'no installed plugin brings it' });
  }

  get #strategies(): ReadonlyMap<string, Strategy> {
    return new Map([...this.#plugins.strategies].map(([id, { strategy }]) => [id, strategy]));
  }

  get #methods() {
    return new Map([...this.#plugins.adapterMethods].map(([id, { method }]) => [id, method]));
  }
}

/** Opens files whose digests the store knows: no more is read than their headers, until factors are asked for. */
async function withAdapters<Result>(
  files: readonly AnalyzedFile[],
  work: (adapters: readonly AdapterFile[]) => Promise<Result>,
): Promise<Result> {
  const opened: AdapterFile[] = [];
  try {
    for (const { path, digest } of files) opened.push(await openAdapter(path, { knownDigest: digest }));
    return await work(opened);
  } finally {
    await Promise.all(opened.map((adapter) => adapter.close()));
  }
}
