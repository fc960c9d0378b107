export { Bf16Lane, LANE_STREAMS } from './bf16-lane.js';
export { DifferenceMerger, type MergeRounding } from './difference-merger.js';
export { isBlockRule, type BlockRule } from './disjoint-blocks.js';
export type { DisjointMember, DisjointMerge, DisjointRule, MeanDivisor, SignVote } from './disjoint-rule.js';
export { sumElectedSigns } from './elect-signs.js';
export { kernelErrors } from './errors.js';
export { FloatStreams, type FloatStream } from './float-streams.js';
export { magnitudeOfBits } from './magnitude-bits.js';
export { cutAtRank, cutToCount, KEEP_ALL, KEEP_NONE, type MagnitudeCut } from './magnitude-cut.js';
export { countSparsely, SPARSE_LENGTH, type SparseCounts } from './count-sparsely.js';
export { binsOfRound, countMagnitudes, type HistogramRound } from './magnitude-histogram.js';
export { joinBins, kthMagnitudeBits, locateRank, splitBits, type RankedBin } from './magnitude-rank.js';
export { mergeDisjointInto } from './merge-disjoint.js';
export {
  electedSignSum,
  magnitudeHistogram,
  mergeDisjoint,
  registerMergeKernels,
  trimTensor,
  withFloats,
} from './merge-operations.js';
export { isStreamDtype, type StreamDtype } from './stream-blocks.js';
export { countDifferences, mergeDifferences, type StreamPair } from './ties-streams.js';
export { trimInto } from './trim.js';
export { cutOfCounts, knownCut, type TrimPlan } from './trim-plan.js';
