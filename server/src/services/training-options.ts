import { z } from 'zod';
import type { TangentFrame, TrainingOptions } from '../entities/index.js';
import { InvalidOptions } from './problems.js';

const schema = z.strictObject({
  rank: z.int().min(1).max(256).default(8),
  alpha: z.number().positive().max(4096).default(8),
  targetModules: z.array(z.string().min(1).max(200)).min(1).max(64).default(['q_proj', 'v_proj']),
  learningRate: z.number().positive().max(1).default(0.002),
  weightDecay: z.number().min(0).max(1).default(0),
  batchSize: z.int().min(1).max(1024).default(64),
  epochs: z.int().min(1).max(1000).default(10),
  warmup: z.number().min(0).max(1).default(0.1),
  patience: z.int().min(1).max(1000).default(3),
});

/** The recipe with its defaults. In a frame, rank, scale and modules are the frame's: asking for others is a mistake, not a wish. */
export function checkTrainingOptions(
  raw: { readonly [K in keyof TrainingOptions]?: TrainingOptions[K] | undefined },
  frame: TangentFrame | null,
): TrainingOptions | InvalidOptions {
  const given = Object.fromEntries(Object.entries(raw).filter(([, value]) => value !== undefined));
  const fixed = frame && {
    rank: frame.rank,
    alpha: frame.scale * frame.rank,
    targetModules: [...frame.targetModules],
  };
  const issues = Object.entries(fixed ?? {})
    .filter(([name, value]) => name in given && JSON.stringify(given[name]) !== JSON.stringify(value))
    .map(([name, value]) => ({
      code: 'FRAME_DECIDES',
      message: `The frame "${frame!.name}" has ${name} ${JSON.stringify(value)}; leave the option out.`,
      path: ['options', name],
    }));
  if (issues.length) return new InvalidOptions(issues);
  const parsed = schema.safeParse({ ...given, ...fixed });
  if (parsed.success) return parsed.data;
  return new InvalidOptions(
    parsed.error.issues.map(({ path, message }) => ({
      code: 'OPTIONS_INVALID',
      message: `Option "${path.join('.')}": ${message}.`,
      path: ['options', ...path.map(String)],
    })),
  );
}
