import type {
  CosineMatrix,
  DisentanglementMap,
  GridAxis,
  LossLandscape,
  OptionCurve,
  TangentDistance,
} from '@crucible/engine/analyses';
import type { Split } from '@crucible/engine/tasks';
import type { FusionSpace } from '@crucible/sdk';
import type { ModelFiles, TaskFiles } from './protocol.js';

/** What an analysis asks for, beside files. */
export type AnalysisRequest =
  | {
      readonly analysis: 'OPTION_CURVE';
      readonly strategy: string;
      readonly values: readonly number[];
      /** One set per value. */
      readonly points: readonly Readonly<Record<string, unknown>>[];
      readonly space: FusionSpace;
      readonly outputRank: number | null;
      readonly examples: number | null;
    }
  | {
      readonly analysis: 'DISENTANGLEMENT';
      readonly axis: GridAxis;
      readonly space: FusionSpace | null;
      readonly split: Split;
      readonly examples: number;
    }
  | {
      readonly analysis: 'LOSS_LANDSCAPE';
      readonly x: GridAxis;
      readonly y: GridAxis;
      readonly space: FusionSpace | null;
      readonly split: Split;
      readonly examples: number;
    }
  | { readonly analysis: 'TANGENT_DISTANCE'; readonly split: Split; readonly examples: number }
  | { readonly analysis: 'COSINE' };

export interface AnalysisWork {
  readonly kind: 'ANALYSIS';
  readonly request: AnalysisRequest;
  readonly base: ModelFiles | null;
  readonly members: readonly {
    readonly name: string;
    readonly path: string;
    readonly weight: number;
    readonly ownFrameDigest: string | null;
    readonly statistics: string | null;
  }[];
  /** A0, where all members are of one frame. */
  readonly frame: string | null;
  readonly tasks: readonly TaskFiles[];
  readonly seed: number;
  /** Survives the process: an analysis that was killed goes on from what it finds there. */
  readonly checkpointFolder: string;
  readonly outputPath: string;
}

/** Where the task vectors of a plane were added up; TANGENT: in the base’s tangent, as adapters of that form are. */
export type PlaneForm = 'FRAME' | 'DELTA' | 'FACTOR' | 'TANGENT';

/** Images that went through a model: passes × examples. */
interface AnalysisCost {
  readonly images: number;
}

/** What is kept of an analysis, as JSON. */
export type AnalysisData =
  | ({ readonly kind: 'OPTION_CURVE' } & OptionCurve & AnalysisCost)
  | ({ readonly kind: 'DISENTANGLEMENT'; readonly form: PlaneForm } & DisentanglementMap & AnalysisCost)
  | ({ readonly kind: 'LOSS_LANDSCAPE'; readonly form: PlaneForm } & LossLandscape & AnalysisCost)
  | ({ readonly kind: 'TANGENT_DISTANCE' } & TangentDistance & AnalysisCost)
  | ({ readonly kind: 'COSINE' } & CosineMatrix);

export type AnalysisDataOf<Kind extends AnalysisData['kind']> = Extract<AnalysisData, { readonly kind: Kind }>;

export interface AnalysisResult {
  readonly kind: 'ANALYSIS';
  readonly path: string;
  readonly digest: string;
  readonly byteLength: number;
  /** Null where no model was run. */
  readonly imagesPerSecond: number | null;
}
