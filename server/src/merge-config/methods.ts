import type { SettingValue } from './merge-config.js';

/** What becomes of one of mergekit's parameters. */
export type ParameterRule =
  /** It is this option of the strategy (`weight`: the adapter's own), and may vary by adapter and by tensor. `default`: mergekit's, where ours is another. */
  | { readonly kind: 'OPTION'; readonly option: string; readonly default?: number }
  /** One value for the whole merge: the options that it stands for, or why it cannot be taken. */
  | { readonly kind: 'CHOICE'; readonly choose: (value: SettingValue) => Choice }
  | { readonly kind: 'IGNORED'; readonly reason: string };

export type Choice =
  { readonly options: Readonly<Record<string, unknown>>; readonly changed?: string } | { readonly refused: string };

/** How one of mergekit's methods is done here. */
export interface MethodRule {
  readonly strategy: string;
  /** Options that say "as mergekit does it". */
  readonly options: Readonly<Record<string, unknown>>;
  readonly perModel: Readonly<Record<string, ParameterRule>>;
  readonly global: Readonly<Record<string, ParameterRule>>;
  /** Whether mergekit asks for a base_model. */
  readonly base: 'REQUIRED' | 'OPTIONAL';
  /** Options that several settings say together, after each has been taken by itself. */
  readonly together?: (settings: (name: string) => SettingValue | undefined) => Readonly<Record<string, unknown>>;
  /** Whether base_model is one of the models that are merged. */
  readonly baseIsMember?: boolean;
  /** How the result for adapters differs from mergekit's for whole models, where it does. */
  readonly changed?: string;
}

const option = (name: string, standard?: number): ParameterRule => ({
  kind: 'OPTION',
  option: name,
  ...(standard === undefined ? {} : { default: standard }),
});
const ignored = (reason: string): ParameterRule => ({ kind: 'IGNORED', reason });
const choice = (choose: (value: SettingValue) => Choice): ParameterRule => ({ kind: 'CHOICE', choose });
const isTrue = (value: SettingValue | undefined): boolean => value === true || value === 1;
const isFalse = (value: SettingValue | undefined): boolean => value === false || value === 0;
const flag = (yes: Choice, no: Choice): ParameterRule =>
  choice((value) => {
    if (isTrue(value)) return yes;
    if (isFalse(value)) return no;
    return { refused: `expected true or false, got ${JSON.stringify(value)}` };
  });
const given = (options: Readonly<Record<string, unknown>>): Choice => ({ options });

const int8Mask = ignored('masks are made entry by entry here, so that there is no memory that it could save');
const weight = option('weight');
const lambda = option('lambda');
const onSphere =
  'taken on the task vectors of the adapters; mergekit takes it on whole weights where no base_model is given';

/** The family of generalized task arithmetic: sparsify, weight, elect, add, divide, times lambda. */
const taskArithmeticFamily = (
  strategy: string,
  perModel: MethodRule['perModel'],
  { elects, rescales = true }: { readonly elects: boolean; readonly rescales?: boolean },
): MethodRule => ({
  strategy,
  options: { preset: 'MERGEKIT' },
  perModel: { weight, ...perModel },
  global: {
    lambda,
    int8_mask: int8Mask,
    normalize: elects
      ? flag(given({ merge: 'MEAN', divisor: 'WEIGHTS' }), given({ merge: 'SUM' }))
      : flag(given({ normalize: true }), given({ normalize: false })),
    rescale: rescales
      ? flag(given({ rescale: 'L1' }), given({ rescale: 'NONE' }))
      : flag({ refused: 'this strategy does not rescale; leave it out, or give false' }, given({})),
  },
  base: 'REQUIRED',
});

/**
 * mergekit's methods that are done here, by its names. Each is checked by a test: its options are taken by the strategy that is installed. Sources: mergekit's
 * own docs and code (June 2026), reference/peers A.1 of the project's study.
 */
export const METHODS: ReadonlyMap<string, MethodRule> = new Map<string, MethodRule>([
  [
    'linear',
    {
      strategy: 'weightedAverage',
      options: {},
      perModel: { weight },
      global: {
        normalize: flag(given({ normalize: true }), {
          refused:
            'without normalize the base itself is multiplied by the sum of the weights, which no adapter can say; use task_arithmetic',
        }),
      },
      base: 'OPTIONAL',
    },
  ],
  [
    'task_arithmetic',
    {
      strategy: 'taskArithmetic',
      options: { lambda: 1 },
      perModel: { weight },
      global: {
        lambda,
        int8_mask: int8Mask,
        normalize: flag(
          { refused: 'with normalize it is an average of the task vectors; use linear, which divides by the weights' },
          given({}),
        ),
      },
      base: 'REQUIRED',
    },
  ],
  ['ties', taskArithmeticFamily('ties', { density: option('density', 1) }, { elects: true, rescales: false })],
  ['dare_linear', taskArithmeticFamily('dareLinear', { density: option('density', 1) }, { elects: false })],
  ['dare_ties', taskArithmeticFamily('dareTies', { density: option('density', 1) }, { elects: true })],
  [
    'breadcrumbs',
    taskArithmeticFamily(
      'breadcrumbs',
      { density: option('density', 1), gamma: option('gamma', 0.01) },
      { elects: false, rescales: false },
    ),
  ],
  [
    'breadcrumbs_ties',
    taskArithmeticFamily(
      'breadcrumbsTies',
      { density: option('density', 1), gamma: option('gamma', 0.01) },
      { elects: true, rescales: false },
    ),
  ],
  [
    'della',
    taskArithmeticFamily(
      'della',
      { density: option('density', 1), epsilon: option('epsilon', 0.15) },
      { elects: true },
    ),
  ],
  [
    'della_linear',
    taskArithmeticFamily(
      'dellaLinear',
      { density: option('density', 1), epsilon: option('epsilon', 0.15) },
      { elects: false },
    ),
  ],
  [
    'slerp',
    {
      strategy: 'slerp',
      options: {},
      perModel: {},
      global: { t: option('t') },
      base: 'REQUIRED',
      baseIsMember: true,
      changed: onSphere,
    },
  ],
  [
    'nuslerp',
    {
      strategy: 'nuSlerp',
      options: {},
      perModel: { weight },
      global: {
        nuslerp_flatten: flag(given({ along: 'TENSOR' }), given({ along: 'ROWS' })),
        nuslerp_row_wise: flag(given({}), given({})),
      },
      // Flattened, which is mergekit's default, there are no rows. Its `row_wise` takes norms over the columns (golden case nuslerp-row-wise).
      together: (setting) => {
        const rows = isFalse(setting('nuslerp_flatten')) && isTrue(setting('nuslerp_row_wise'));
        return rows ? { along: 'COLUMNS' } : {};
      },
      base: 'OPTIONAL',
      changed: onSphere,
    },
  ],
  [
    'multislerp',
    {
      strategy: 'multiSlerp',
      options: {},
      perModel: { weight },
      global: {
        normalize_weights: flag(given({ normalizeWeights: true }), given({ normalizeWeights: false })),
        eps: option('eps'),
      },
      base: 'OPTIONAL',
      changed: onSphere,
    },
  ],
  [
    'karcher',
    {
      strategy: 'karcher',
      options: {},
      perModel: {},
      global: { max_iter: option('maxIterations'), tol: option('tolerance') },
      base: 'OPTIONAL',
      changed: onSphere,
    },
  ],
  [
    'model_stock',
    {
      strategy: 'modelStock',
      options: {},
      perModel: {},
      global: { filter_wise: flag(given({ filterWise: true }), given({ filterWise: false })) },
      base: 'REQUIRED',
    },
  ],
  [
    'sce',
    {
      strategy: 'sce',
      options: { preset: 'MERGEKIT' },
      perModel: {},
      global: { select_topk: option('selectTopk'), int8_mask: int8Mask },
      base: 'REQUIRED',
    },
  ],
  [
    'nearswap',
    {
      strategy: 'nearSwap',
      options: {},
      perModel: {},
      global: { t: option('t') },
      base: 'REQUIRED',
      baseIsMember: true,
      changed: onSphere,
    },
  ],
  ['ram', { strategy: 'ram', options: {}, perModel: {}, global: { epsilon: option('epsilon') }, base: 'REQUIRED' }],
  [
    'ramplus_tl',
    {
      strategy: 'ramPlus',
      options: {},
      perModel: {},
      global: { epsilon: option('epsilon'), r: option('gain'), alpha: option('cap') },
      base: 'REQUIRED',
    },
  ],
]);

/** Methods that mergekit has and Crucible has not, each with the reason. */
export const NOT_DONE: ReadonlyMap<string, string> = new Map([
  ['passthrough', 'it stacks layers into another depth, which adapters of one base cannot follow'],
  [
    'arcee_fusion',
    'its threshold depends on a random sample of the entries there, so that nothing here gives the same; the strategy arceeFusion takes it from all entries',
  ],
]);
