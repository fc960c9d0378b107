import { z } from 'zod';
import {
  RateSchedule,
  TrainingSearchKind,
  TunableOption,
  type TangentFrame,
  type TrainingOptions,
} from '../entities/index.js';
import { InvalidOptions } from './problems.js';

type Mode = NonNullable<TrainingOptions['mode']>;
type Given = { readonly [K in keyof TrainingOptions]?: TrainingOptions[K] | undefined };

const axis = z
  .strictObject({
    option: z.enum(TunableOption),
    values: z.array(z.number()).min(1).max(100).optional(),
    low: z.number().optional(),
    high: z.number().optional(),
    logarithmic: z.boolean().optional(),
  })
  .refine(
    ({ values, low, high, logarithmic }) =>
      values !== undefined
        ? low === undefined && high === undefined
        : low !== undefined && high !== undefined && low < high && (logarithmic !== true || low > 0),
    'give either values, or low below high, above 0 where it is logarithmic',
  );
const search = z
  .strictObject({
    kind: z.enum(TrainingSearchKind),
    axes: z.array(axis).min(1).max(8),
    trials: z.int().min(1).max(100).optional(),
  })
  .refine(({ kind, trials }) => (kind === TrainingSearchKind.GRID) === (trials === undefined), {
    message: 'a grid has no number of trials, and the others need one',
    path: ['trials'],
  })
  .refine(({ kind, axes }) => kind !== TrainingSearchKind.GRID || axes.every(({ values }) => values !== undefined), {
    message: 'a grid needs values on every axis',
    path: ['axes'],
  })
  .refine(({ axes }) => axes.reduce((points, { values }) => points * (values?.length ?? 1), 1) <= 100, {
    message: 'at most 100 points are tried',
    path: ['axes'],
  });

const common = {
  learningRate: z.number().positive().max(1),
  weightDecay: z.number().min(0).max(1).default(0),
  batchSize: z.int().min(1).max(1024).default(64),
  accumulate: z.int().min(1).max(1024).default(1),
  epochs: z.int().min(1).max(1000).default(10),
  warmup: z.number().min(0).max(1).default(0.1),
  patience: z.int().min(1).max(1000).default(3),
  normPenalty: z.number().min(0).max(1e6).default(0),
  schedule: z.enum(RateSchedule).default(RateSchedule.COSINE),
  search: search.nullable().default(null),
};
const patterns = z.array(z.string().min(1).max(200)).max(64);

const factors = z.strictObject({
  rank: z.int().min(1).max(256).default(8),
  alpha: z.number().positive().max(4096).default(8),
  targetModules: patterns.min(1).default(['q_proj', 'v_proj']),
  ...common,
  learningRate: common.learningRate.default(0.002),
  rankStabilized: z.boolean().default(false),
  dropout: z.number().min(0).max(0.99).default(0),
  linearizedModules: patterns.nullable().default(null),
  linearizationBudget: z.number().min(0).max(100).nullable().default(null),
  orthogonality: z.number().min(0).max(1e6).default(0),
  orthogonalTo: z.array(z.string()).max(64).default([]),
});

/** Whole weights have no rank, and move by far smaller steps. */
const weights = z.strictObject({
  rank: z.literal(0).default(0),
  alpha: z.literal(0).default(0),
  targetModules: patterns.min(1).default(['all-linear']),
  ...common,
  learningRate: common.learningRate.default(0.0001),
});

/** The recipe with its defaults. In a frame, rank, scale and modules are the frame's: asking for others is a mistake, not a wish. */
export function checkTrainingOptions(
  raw: Given,
  frame: TangentFrame | null,
  mode: Mode,
): TrainingOptions | InvalidOptions {
  const given = Object.fromEntries(Object.entries(raw).filter(([, value]) => value !== undefined));
  const fixed = frame && {
    rank: frame.rank,
    // Undoes what the training will do with it, whichever rule of the scale is asked for.
    alpha: frame.scale * (raw.rankStabilized === true ? Math.sqrt(frame.rank) : frame.rank),
    targetModules: [...frame.targetModules],
  };
  const issues = [
    ...Object.entries(fixed ?? {})
      .filter(([name, value]) => name in given && JSON.stringify(given[name]) !== JSON.stringify(value))
      .map(([name, value]) => ({
        code: 'FRAME_DECIDES',
        message: `The frame "${frame!.name}" has ${name} ${JSON.stringify(value)}; leave the option out.`,
        path: ['options', name],
      })),
    ...foreignOptions(given, mode),
    ...foreignAxes(raw, mode, frame !== null),
  ];
  if (issues.length) return new InvalidOptions(issues);
  const parsed = (mode.startsWith('FULL') ? weights : factors).safeParse({ ...given, ...fixed });
  if (parsed.success) return { ...parsed.data, mode };
  return new InvalidOptions(
    parsed.error.issues.map(({ path, message }) => ({
      code: 'OPTIONS_INVALID',
      message: `Option "${path.join('.')}": ${message}.`,
      path: ['options', ...path.map(String)],
    })),
  );
}

const OF_LORA = ['linearizedModules', 'linearizationBudget'];
const OF_FACTORS = ['rank', 'alpha', 'rankStabilized', 'dropout', 'orthogonality', 'orthogonalTo', ...OF_LORA];

function foreignOptions(given: Readonly<Record<string, unknown>>, mode: Mode) {
  const foreign = mode.startsWith('FULL') ? OF_FACTORS : mode === 'LORA' ? [] : OF_LORA;
  return foreign
    .filter((name) => name in given)
    .map((name) => ({
      code: 'OPTIONS_INVALID',
      message: OF_LORA.includes(name)
        ? `Option "${name}": the method decides what is linearized; leave it out, or train LORA.`
        : `Option "${name}": the method trains whole weights and has no factors; leave it out.`,
      path: ['options', name],
    }));
}

/** A frame has its rank and scale, and whole weights have neither. */
function foreignAxes({ search: given }: Given, mode: Mode, framed: boolean) {
  const fixed = framed ? ['rank', 'alpha'] : [];
  const foreign = mode.startsWith('FULL') ? OF_FACTORS : fixed;
  return (given?.axes ?? []).flatMap(({ option }, index) =>
    foreign.includes(option)
      ? [
          {
            code: framed ? 'FRAME_DECIDES' : 'OPTIONS_INVALID',
            message: `The search varies "${option}", which ${framed ? 'the tangent frame decides' : 'the method does not have'}; leave the axis out.`,
            path: ['options', 'search', 'axes', String(index), 'option'],
          },
        ]
      : [],
  );
}
