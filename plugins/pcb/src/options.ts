import { densityOption } from '@crucible/sdk/elementwise';
import { z } from 'zod';

export const pcbOptions = z.object({
  density: densityOption(
    0.1,
    'Share of the entries of each task vector that count, by their score. The paper keeps 5 to 20 %.',
  ),
  lambda: z
    .number()
    .describe(
      'Factor on the merged task vector, or on one adapter’s entries where it is scheduled by adapter. Source: the code.',
    )
    .default(1.2),
  tail: z
    .number()
    .min(0)
    .lt(0.5)
    .describe(
      'Share of the magnitudes at each end that is clamped, so that outliers do not set the scale. Source: the code.',
    )
    .default(0.0001),
  scope: z
    .enum(['GLOBAL', 'TENSOR'])
    .describe('What entries compete within: all modules of an adapter, as in the code, or each tensor by itself.')
    .default('GLOBAL'),
});

export type PcbOptions = z.output<typeof pcbOptions>;
