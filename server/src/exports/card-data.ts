import type { EntityManager } from '@mikro-orm/postgresql';
import {
  type Adapter,
  type BaseModel,
  type ExportedFileRecord,
  type ExportLoss,
  type ExportRun,
  ExtractionRun,
  type ExtractionReport,
  FusionMember,
  type FusionRun,
  FusionStrategy,
  Score,
  type FidelityReport,
  type Task,
  TrainingRun,
} from '../entities/index.js';
import { strategiesIn, toStrategyInput } from './graphql-options.js';
import { loaderClass } from './loader-class.js';
import { findFusionOf } from '../services/find-fusion-of.js';
import { findTaskType } from '../services/find-task-type.js';
import { normalize } from '../services/references.js';

export interface CardMember {
  readonly name: string;
  readonly digest: string;
  readonly weight: number;
  readonly origin: string;
}

export interface CardScore {
  readonly task: string;
  readonly split: string;
  readonly value: number;
  readonly n: number;
  readonly interval: { readonly low: number; readonly high: number; readonly confidence: number };
  readonly normalizedByOwn: number | null;
  readonly normalizedByBest: number | null;
  readonly selectedOn: string | null;
  /** How a language model was asked, such as "GENERATE, natural"; none where it was not asked in words. */
  readonly asked: string | null;
}

export interface CardStrategy {
  readonly key: string;
  readonly title: string;
  readonly version: string;
  readonly references: readonly {
    readonly title: string;
    readonly arxiv?: string | null | undefined;
    readonly url?: string | null | undefined;
  }[];
}

export interface CardFusion {
  readonly strategy: CardStrategy;
  readonly options: Readonly<Record<string, unknown>>;
  /** As a request has them: a `StrategyInput`. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly space: string;
  readonly outputRank: number | null;
  readonly seed: number;
  readonly fingerprint: string;
  readonly fidelity: FidelityReport | null;
  readonly members: readonly CardMember[];
}

/** The checkpoint that an adapter was taken out of, and what that lost. */
export interface CardExtraction {
  readonly model: string;
  readonly digest: string;
  readonly rank: number | null;
  readonly energy: number | null;
  readonly targets: readonly string[] | null;
  readonly report: ExtractionReport | null;
}

/** All that a model card says, apart from how it says it. */
export interface CardData {
  readonly adapter: Pick<
    Adapter,
    'name' | 'method' | 'form' | 'rank' | 'scale' | 'targetModules' | 'digest' | 'parameterCount'
  >;
  readonly base: { readonly name: string; readonly digest: string };
  /** Class of transformers that loads the base, or the merged model. */
  readonly loader: string;
  readonly format: `${ExportRun['format']}`;
  readonly maxRank: number | null;
  readonly dtype: string | null;
  readonly loss: ExportLoss | null;
  readonly files: readonly ExportedFileRecord[];
  readonly fusion: CardFusion | null;
  readonly training: { readonly method: string; readonly seed: number; readonly task: string } | null;
  readonly imported: { readonly from: string; readonly file: string; readonly commit: string | null } | null;
  readonly extraction: CardExtraction | null;
  readonly scores: readonly CardScore[];
}

/** Reads what the database knows of an exported adapter. */
export async function readCardData(
  em: EntityManager,
  run: ExportRun,
  files: readonly ExportedFileRecord[],
  loss: ExportLoss | null,
): Promise<CardData> {
  const adapter = await run.adapter.loadOrFail();
  const base = await adapter.base.loadOrFail();
  const fused = await findFusionOf(em, adapter.id);
  if (fused) await em.populate(fused, ['strategy']);
  const trained = await em.findOne(TrainingRun, { output: adapter.id }, { populate: ['task'] });
  const extracted = await em.findOne(ExtractionRun, { output: adapter.id }, { populate: ['model'] });
  const { importedFrom } = adapter;
  return {
    adapter,
    base: { name: base.name, digest: base.digest },
    loader: loaderClass(run.format === 'PEFT' ? await findTaskType(em, adapter) : null, base.config),
    format: run.format,
    maxRank: run.maxRank,
    dtype: run.dtype,
    loss,
    files,
    fusion: fused && (await readFusion(em, fused)),
    training: trained && {
      method: trained.method,
      seed: trained.seed,
      task: (trained.task.getEntity() satisfies Task).name,
    },
    imported: importedFrom && {
      from: importedFrom.workspace,
      file: importedFrom.file,
      commit: importedFrom.commit ?? null,
    },
    extraction: extracted && describeExtraction(extracted),
    scores: await readScores(em, { adapter: adapter.id }),
  };
}

function describeExtraction({ model, rank, energy, targets, report }: ExtractionRun): CardExtraction {
  const { name, digest } = model.getEntity() satisfies BaseModel;
  return { model: name, digest, rank, energy, targets, report };
}

async function readFusion(em: EntityManager, run: FusionRun): Promise<CardFusion> {
  const { key, title, references } = run.strategy.getEntity();
  const members = await em.find(FusionMember, { run: run.id }, { orderBy: { position: 'asc' }, populate: ['adapter'] });
  return {
    strategy: { key, title, version: run.strategyVersion, references },
    options: run.options,
    input: await readStrategyInput(em, key, run.options),
    space: run.space,
    outputRank: run.outputRank,
    seed: run.seed,
    fingerprint: run.fingerprint,
    fidelity: run.fidelity,
    members: members.map(({ adapter, weight }) => {
      const { name, digest, origin } = adapter.getEntity();
      return { name, digest, weight, origin };
    }),
  };
}

/** Options as a request has them. */
export async function readStrategyInput(
  em: EntityManager,
  key: string,
  options: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>>> {
  const rows = await em.find(
    FusionStrategy,
    { key: { $in: [...strategiesIn(key, options)] } },
    { orderBy: { id: 'asc' } },
  );
  return toStrategyInput(key, options, new Map(rows.map((row) => [row.key, row.optionsSchema])));
}

/** Scores of an adapter, or of a base by itself. */
export async function readScores(
  em: EntityManager,
  of: { readonly adapter: string } | { readonly base: string; readonly adapter: null },
): Promise<readonly CardScore[]> {
  const scores = await em.find(Score, of, { populate: ['task'], orderBy: { id: 'asc' } });
  const normalized = await normalize(em, scores);
  return scores
    .map((score, index) => ({
      task: score.task.getEntity().name,
      split: score.split as string,
      value: score.value,
      n: score.n,
      interval: score.interval,
      normalizedByOwn: normalized[index]!.own,
      normalizedByBest: normalized[index]!.best,
      asked: score.by && [score.by, score.prompt].filter((part) => part !== null).join(', '),
      selectedOn: score.selectedOn as string | null,
    }))
    .sort((a, b) => compare(a.task, b.task) || compare(a.split, b.split));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
