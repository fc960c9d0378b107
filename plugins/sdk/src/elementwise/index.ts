export { drawsFor, dropAtRandom, RESCALES, type Draw, type Rescale } from './drop-at-random.js';
export { mergeWith, sumOfWeights, type ConsensusRules, type EntryMerge } from './entry-merge.js';
export { elementwiseErrors } from './errors.js';
export { fillRules } from './fill-rules.js';
export { inFixedOrder } from './fixed-order.js';
export { mergeEntries, type MemberEntries, type VectorPlace } from './merge-entries.js';
export { consensusOptions, densityOption, lambdaOption, normalizeOption, rescaleOption } from './options.js';
export { sparsifyAndMerge } from './sparsify-and-merge.js';
