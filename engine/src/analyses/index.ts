export { cosineMatrix, type CosineMatrix } from './cosine-matrix.js';
export {
  disentanglementMap,
  type DisentanglementMap,
  type DisentanglementOptions,
  type DisentanglementState,
} from './disentanglement.js';
export { analysesErrors } from './errors.js';
export { axisValues, checkWork, PAPER_AXIS, type GridAxis } from './grid.js';
export { analysesLimits } from './limits.js';
export {
  lossLandscape,
  type LandscapeState,
  type LossLandscape,
  type LossLandscapeOptions,
  type TaskLandscape,
} from './loss-landscape.js';
export type { BatchForward, ModelPlane, PlaneBatch, SharedSummary } from './model-plane.js';
export {
  intervalOfMean,
  optionCurve,
  type CurvePoint,
  type OptionCurve,
  type ScoredValue,
  type SplitScores,
  type TaskScore,
} from './option-curve.js';
export { imageSubject, type Answers, type Subject, type ImageSubjectOptions } from './subject.js';
export {
  tangentDistance,
  type LayerTangent,
  type ModuleTangent,
  type OutputTangent,
  type PlaceTangent,
  type TangentDistance,
  type TangentDistanceOptions,
  type TangentRatio,
  type TangentReference,
} from './tangent-distance.js';
export { createTangentPlane, type TangentPlaneOptions } from './tangent-plane.js';
export { spaceOf, type PlaneSpace, type TaskPlaneOptions } from './task-plane.js';
export { walkPlane, type PlaneVisit, type WalkPlaneOptions } from './walk-plane.js';
export { createWeightsPlane } from './weights-plane.js';
