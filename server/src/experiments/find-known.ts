import type { EntityManager } from '@mikro-orm/postgresql';
import type { BlobStore } from '../blobs/index.js';
import {
  CellKind,
  CellState,
  ExperimentCell,
  FusionRun,
  RunState,
  Score,
  SplitName,
  type CellScoreRecord,
} from '../entities/index.js';
import { OutcomeCache } from '../comparison/outcome-cache.js';
import { fingerprintOf } from '../services/fingerprint.js';
import { packOutcomes } from './pack-outcomes.js';
import type { PlannedCell } from './plan-cells.js';
import type { PreparedExperiment } from './prepare-experiment.js';

/** What a cell would give, known before. */
export interface KnownCell {
  readonly validation: number[] | null;
  readonly chosen: number;
  readonly read: () => Promise<{ readonly scores: CellScoreRecord[]; readonly outcomes: Buffer }>;
}

/**
 * Cells that need not be computed: an earlier experiment has one of the same key, or the scores are there, of specialists, the base, or a finished run of the same
 * fingerprint. A few queries, however many cells there are.
 */
export async function findKnown(
  em: EntityManager,
  { blobs, backend }: { readonly blobs: Pick<BlobStore, 'path'>; readonly backend: string },
  prepared: PreparedExperiment,
  cells: readonly PlannedCell[],
): Promise<ReadonlyMap<number, KnownCell>> {
  const known = new Map<number, KnownCell>();
  const earlier = new Map<string, ExperimentCell>();
  for (const cell of await em.find(ExperimentCell, {
    key: { $in: cells.map(({ key }) => key) },
    state: { $in: [CellState.COMPUTED, CellState.KNOWN] },
  })) {
    earlier.set(cell.key, cell);
  }
  const scores = new ScoreIndex(em, new OutcomeCache(blobs), prepared);
  await scores.load(
    cells.filter(({ key }) => !earlier.has(key)),
    backend,
  );
  for (const cell of cells) {
    const before = earlier.get(cell.key);
    if (before !== undefined) {
      const { validation, chosen, outcomes } = before;
      // Places of tasks are the other experiment's.
      const own = before.scores.map((score, place) => ({ ...score, task: cell.subset[place]! }));
      if (outcomes !== null && own.length === cell.subset.length) {
        known.set(cell.index, { validation, chosen, read: async () => ({ scores: own, outcomes }) });
      }
      continue;
    }
    const found = scores.of(cell);
    if (found !== undefined) known.set(cell.index, { validation: null, chosen: 0, read: found });
  }
  return known;
}

/** Scores on whole `test` splits, by what they are of and by task. */
class ScoreIndex {
  readonly #em: EntityManager;
  readonly #cache: OutcomeCache;
  readonly #prepared: PreparedExperiment;
  readonly #scores = new Map<string, Score>();
  readonly #runs = new Map<number, string>();

  constructor(em: EntityManager, cache: OutcomeCache, prepared: PreparedExperiment) {
    this.#em = em;
    this.#cache = cache;
    this.#prepared = prepared;
  }

  async load(cells: readonly PlannedCell[], backend: string): Promise<void> {
    const { tasks, modes, base } = this.#prepared;
    const adapters = modes.flatMap(({ adapters: own }) => own.map(({ id }) => id));
    const where = { task: { $in: tasks.map(({ id }) => id) }, split: SplitName.TEST };
    const orderBy = { createdAt: 'asc' } as const;
    const found = [
      ...(await this.#em.find(Score, { ...where, adapter: { $in: adapters } }, { orderBy })),
      ...(await this.#em.find(Score, { ...where, adapter: null, base: base.id }, { orderBy })),
    ];
    for (const score of found) this.#scores.set(`${score.adapter?.id ?? 'base'} ${score.task.id}`, score);
    const fingerprints = new Map(
      cells.flatMap((cell) => {
        const fingerprint = this.#fingerprint(cell, backend);
        return fingerprint === undefined ? [] : [[fingerprint, cell.index] as const];
      }),
    );
    const runs = await this.#em.find(
      FusionRun,
      { fingerprint: { $in: [...fingerprints.keys()] }, state: RunState.SUCCEEDED, evaluationSplit: SplitName.TEST },
      { orderBy },
    );
    for (const { id, fingerprint } of runs) this.#runs.set(fingerprints.get(fingerprint)!, id);
    if (runs.length === 0) return;
    for (const score of await this.#em.find(Score, { ...where, run: { $in: runs.map(({ id }) => id) } }, { orderBy })) {
      this.#scores.set(`${score.run!.id} ${score.task.id}`, score);
    }
  }

  of({ kind, subset, mode, index }: PlannedCell): KnownCell['read'] | undefined {
    const { tasks, modes, testExamples } = this.#prepared;
    const subject = (task: number): string | undefined => {
      if (kind === CellKind.BASE) return 'base';
      return kind === CellKind.SPECIALIST ? modes[mode!]!.adapters[task]!.id : this.#runs.get(index);
    };
    const own = subset.map((task) => ({ task, score: this.#scores.get(`${subject(task)} ${tasks[task]!.id}`) }));
    const whole = own.flatMap(({ task, score }) => {
      const { test } = tasks[task]!.counts;
      if (score?.n !== test || (testExamples ?? test) < test) return [];
      const { outcomes, loss, n, value } = score;
      return outcomes === null || loss === null ? [] : [{ task, n, loss, outcomes, correct: Math.round(value * n) }];
    });
    if (whole.length < subset.length) return undefined;
    return async () => {
      const outcomes = await Promise.all(whole.map((score) => this.#cache.read(score.outcomes)));
      return {
        scores: whole.map(({ task, n, correct, loss }) => ({ task, n, correct, loss })),
        outcomes: packOutcomes(outcomes),
      };
    };
  }

  /** Of what a single fusion would be: one point, nothing chosen. */
  #fingerprint(
    { kind, subset, mode, strategy, space, seed, statistics }: PlannedCell,
    backend: string,
  ): string | undefined {
    if (kind !== CellKind.FUSED) return undefined;
    const { record, versions } = this.#prepared.strategies[strategy!]!;
    if (record.points.length > 1) return undefined;
    const { adapters } = this.#prepared.modes[mode!]!;
    return fingerprintOf({
      strategy: versions,
      options: record.points[0]!,
      members: subset.map((task, place) => {
        const digest = statistics?.[place] ?? null;
        return digest === null
          ? ([adapters[task]!.digest, 1] as const)
          : ([adapters[task]!.digest, 1, digest] as const);
      }),
      space: space!,
      outputRank: null,
      seed,
      backend,
    });
  }
}
