import type { AdapterComparison } from '@crucible/engine/diagnostics';
import type { FusionSpace, StatisticsKind } from '@crucible/sdk';
import type { FusionPlan, FusionPreview } from '@crucible/sdk/host';

/** A file of the blob store, which knows its digest. */
export interface AnalyzedFile {
  readonly path: string;
  readonly digest: string;
}

export interface SimilarityWork {
  readonly kind: 'SIMILARITY';
  readonly adapters: readonly AnalyzedFile[];
  readonly weights: readonly number[];
  /** Most rows of each module that are looked at for signs; 0: none. */
  readonly signRows: number;
}

/** A fusion as it would be queued. */
interface FusionQuestion {
  readonly strategy: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly members: readonly (AnalyzedFile & { readonly weight: number; readonly ownFrameDigest: string | null })[];
  readonly space: FusionSpace | null;
  readonly outputRank: number | null;
  readonly seed: number;
}
export interface PlanWork extends FusionQuestion {
  readonly kind: 'PLAN';
  /** As long as the name that the run would have. */
  readonly name: string;
  readonly validation: boolean;
  /** Digests of the members' statistics, where the strategy needs them. */
  readonly statistics: readonly (string | null)[];
  readonly statisticsKind: StatisticsKind | null;
}
export interface PreviewWork extends FusionQuestion {
  readonly kind: 'PREVIEW';
}
export type AnalysisWork = SimilarityWork | PlanWork | PreviewWork;

export interface PreviewAnswer {
  readonly preview: FusionPreview;
  /** Seconds of factorizing the adapters, 0 where that was done before; and of the preview itself. */
  readonly prepareSeconds: number;
  readonly seconds: number;
}
export interface AnswerOf {
  readonly SIMILARITY: AdapterComparison;
  readonly PLAN: FusionPlan;
  readonly PREVIEW: PreviewAnswer;
}

export interface AnalysisOrder {
  readonly id: number;
  readonly work: AnalysisWork;
}
export interface AnalysisProblem {
  readonly code: string;
  readonly message: string;
  readonly remedy: string | null;
}
export type AnalysisReply =
  | { readonly id: number; readonly type: 'done'; readonly answer: AnswerOf[keyof AnswerOf] }
  | { readonly id: number; readonly type: 'failed'; readonly problem: AnalysisProblem };
