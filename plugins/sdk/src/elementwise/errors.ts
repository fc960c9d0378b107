import { defineError } from '@crucible/engine/errors';

/** What element-wise and geometric rules refuse, whichever package they are in. */
export const elementwiseErrors = {
  weightsCancel: defineError({
    code: 'MERGE_WEIGHTS_CANCEL',
    summary: 'The weights that a result is divided by add up to 0.',
    remedy:
      'Give weights with another sum, or switch the division off where the strategy has an option for that (`normalize: false`, or `merge: SUM`).',
    message: (d: { weights: readonly number[] }) =>
      `the weights [${d.weights.join(', ')}] add up to 0, and the result is divided by their sum; give others, or switch the division off where there is an option for that (normalize: false, or merge: SUM)`,
  }),
  baseMissing: defineError({
    code: 'MERGE_BASE_MISSING',
    summary: 'A rule was asked to merge whole weights, and there are only task vectors.',
    remedy: 'Set `of: TASK_VECTORS`; `WEIGHTS` is for fusions of full models.',
    message: (d: { module: string }) =>
      `of: WEIGHTS needs the base weight of "${d.module}", which a fusion of adapters does not have; set of: TASK_VECTORS, or fuse full models`,
  }),
  columnsLeaveFrame: defineError({
    code: 'MERGE_COLUMNS_LEAVE_FRAME',
    summary: 'A rule that treats each column by itself was asked for in FRAME space.',
    remedy: 'Fuse in DELTA or CORE space, or set `along` to TENSOR or ROWS.',
    message: (d: { module: string }) =>
      `along: COLUMNS would change A of "${d.module}", which is fixed in FRAME space; fuse in DELTA or CORE space, or set along to TENSOR or ROWS`,
  }),
};
