import type { ErrorEntry } from '@crucible/engine/errors';

const problem = (code: string, summary: string, remedy: string): { readonly entry: ErrorEntry } =>
  Object.assign(() => {}, { entry: { code, summary, remedy } });

/**
 * Codes that come as data, in result unions: `code` of a `Problem`, or of one of its `issues`. Listed for docs/errors.md; a test holds the list to what
 * the services and the fusion check can answer.
 */
export const problemErrors = {
  adapterInUse: problem('ADAPTER_IN_USE', 'A fusion or a training is built on this adapter.', 'Delete those first.'),
  adapterTwice: problem(
    'ADAPTER_TWICE',
    'An adapter is listed twice.',
    'List it once, with the weight that it shall have.',
  ),
  adaptersIncompatible: problem(
    'ADAPTERS_INCOMPATIBLE',
    'These adapters cannot be fused so.',
    'Each issue says why, and what to do.',
  ),
  architectureDiffers: problem(
    'ARCHITECTURE_DIFFERS',
    'A model is of another architecture than the base.',
    'Fuse models that were fine-tuned from this base.',
  ),
  modelsIncompatible: problem(
    'MODELS_INCOMPATIBLE',
    'These whole models cannot be fused so.',
    'Each issue says why, and what to do.',
  ),
  strategyNotForModels: problem(
    'STRATEGY_NOT_FOR_MODELS',
    'The strategy does not fuse whole models, or not so many.',
    'Choose one that works on dense task vectors, or extract adapters and fuse those.',
  ),
  baseWithoutWeights: problem(
    'BASE_WITHOUT_WEIGHTS',
    'The weights of a base model are not here, its name alone is known.',
    'Export the adapter as PEFT, or import the base model.',
  ),
  axesInvalid: problem(
    'AXES_INVALID',
    'The grid of a sweep is empty, too large, or walks along something that is no option.',
    'Give at least one option with at least one value.',
  ),
  basesDiffer: problem(
    'BASES_DIFFER',
    'Adapters of different base models were given.',
    'Fuse adapters of one base model.',
  ),
  baseWeightsMissing: problem(
    'BASE_WEIGHTS_MISSING',
    'The strategy merges whole weights, and a fusion of adapters has only what they add to them.',
    'Choose another strategy, or fuse full models.',
  ),
  formNotOffered: problem(
    'FORM_NOT_OFFERED',
    'Adapters that change weights and adapters that are tangents of the network were given together, or tangents to a strategy that needs weights.',
    'Fuse adapters of one form, or choose another strategy.',
  ),
  exportOptionForeign: problem(
    'EXPORT_OPTION_FOREIGN',
    'An option of an export belongs to another format.',
    'Leave it out, or choose the other format.',
  ),
  comparisonInvalid: problem(
    'COMPARISON_INVALID',
    'A comparison has no subjects, no tasks, or a reference that is none of them.',
    'The issue says which.',
  ),
  frameDecides: problem(
    'FRAME_DECIDES',
    'An option of a training contradicts its tangent frame.',
    'Leave it out: the frame decides it.',
  ),
  frameMissing: problem(
    'FRAME_MISSING',
    'The method trains in a tangent frame and none was given.',
    'Name a frame of the base.',
  ),
  frameNotShared: problem(
    'FRAME_NOT_SHARED',
    'Adapters do not share one tangent frame.',
    'Choose another space, or adapters of one frame.',
  ),
  headMissing: problem(
    'HEAD_MISSING',
    'A task has no head for this base model, so nothing can be scored on it.',
    'Import a head, or choose other tasks.',
  ),
  hubNameInvalid: problem(
    'HUB_NAME_INVALID',
    'A repository, revision or token is none of a hub.',
    'Give a repository as "owner/name", a branch, tag or commit, and a token that begins with "hf_".',
  ),
  jobEnded: problem('JOB_ALREADY_ENDED', 'The job has ended already.', 'Nothing is left to cancel.'),
  jobNotEnded: problem('JOB_NOT_ENDED', 'The job has not ended yet.', 'Wait for it, or cancel it first.'),
  jobNotFailed: problem(
    'JOB_NOT_FAILED',
    'Only what failed or was cancelled can be retried.',
    'Queue it anew instead.',
  ),
  mergeConfigRefused: problem(
    'MERGE_CONFIG_REFUSED',
    'A merge configuration asks for something that is not done here.',
    'Each finding says what, with its line.',
  ),
  notFound: problem('NOT_FOUND', 'No object has this id.', "Take ids from the API's own answers."),
  optionsInvalid: problem(
    'OPTIONS_INVALID',
    'A value is outside of what the strategy, the sweep or the training takes.',
    'Each issue names the option, what was got and what is taken.',
  ),
  outputRankInvalid: problem(
    'OUTPUT_RANK_INVALID',
    'The output rank is no whole number from 1 to the cap.',
    'Leave it out for an exact result.',
  ),
  quotaExceeded: problem(
    'QUOTA_EXCEEDED',
    'The request asks for more than one request may.',
    'Ask for less; the limit is in the answer.',
  ),
  ranksDiffer: problem(
    'RANKS_DIFFER',
    'Adapters of different ranks were given where factors are merged entry by entry.',
    'Choose DELTA or CORE space.',
  ),
  seedInvalid: problem('SEED_INVALID', 'The seed is no whole number from 0 on.', 'Give one, or none for 0.'),
  shardSizeInvalid: problem(
    'SHARD_SIZE_INVALID',
    'The size of a file of weights is too small or no whole number.',
    'Give bytes, 1048576 or more, or leave it out.',
  ),
  spaceNotOffered: problem(
    'SPACE_NOT_OFFERED',
    'The strategy does not work in this space.',
    'Choose one of those that it lists.',
  ),
  splitWasSelectedOn: problem(
    'SPLIT_WAS_SELECTED_ON',
    'Options were chosen by scores on this split, so a score on it would flatter.',
    'Score on another split.',
  ),
  statisticsMissing: problem(
    'STATISTICS_MISSING',
    'The strategy weighs adapters by statistics of them, and an adapter has none.',
    'Compute them with `computeStatistics`; the message says with which input.',
  ),
  statisticsSplit: problem(
    'STATISTICS_SPLIT',
    'Statistics were asked for on a split that they may not or cannot be of.',
    'Take TRAIN or VALIDATION, of a task that has such examples.',
  ),
  strategyUnavailable: problem(
    'STRATEGY_UNAVAILABLE',
    'The strategy or method is not installed, or its plugin does not work.',
    '`plugins` says which are there, and why others are not.',
  ),
  subjectMissing: problem(
    'SUBJECT_MISSING',
    'Neither an adapter nor a base model was given to score.',
    'Give one of them.',
  ),
  sweepTwoStrategies: problem(
    'SWEEP_TWO_STRATEGIES',
    'The grid and the shared options of a sweep are of two strategies.',
    'Give both for one strategy.',
  ),
  experimentInvalid: problem(
    'EXPERIMENT_INVALID',
    'An experiment cannot be made of these modes, strategies, subsets or seeds.',
    'The message says which of them, and what would do.',
  ),
  savedComparisonInvalid: problem(
    'SAVED_COMPARISON_INVALID',
    'A comparison cannot be saved so.',
    'The message says what of its name or state is wrong.',
  ),
  taskRecipeInvalid: problem(
    'TASK_RECIPE_INVALID',
    'A task cannot be made so, whatever its files hold.',
    'The message says what of its name, classes, fields or prompts is wrong.',
  ),
  taskOfNoAdapter: problem(
    'TASK_OF_NO_ADAPTER',
    'A strategy with an output for each adapter is asked to score on a task that none of the adapters is of.',
    'Score on the adapters’ own tasks, or link an adapter to that task.',
  ),
  tasksMissing: problem('TASKS_MISSING', 'There is no task to score on.', 'Name tasks, or link the adapters to tasks.'),
  tooFewAdapters: problem('TOO_FEW_ADAPTERS', 'The strategy needs more adapters.', 'Add some.'),
  tooManyAdapters: problem('TOO_MANY_ADAPTERS', 'The strategy takes fewer adapters.', 'Remove some.'),
  validationMissing: problem(
    'VALIDATION_MISSING',
    'The strategy scores candidates on validation examples, and there are none.',
    'Link the adapters to tasks that have a validation split.',
  ),
  weightInvalid: problem('WEIGHT_INVALID', 'The weight of an adapter is not a finite number.', 'Give a finite one.'),
};
