import { z } from 'zod';

export const wudiOptions = z.object({
  ridge: z
    .number()
    .min(0)
    .max(10)
    .default(0.1)
    .describe(
      'Penalty on the size of the result, as a share of the mean eigenvalue of what is minimized. 0 leaves none: where adapters share input directions the result then grows several times as large as their sum.',
    ),
  lambda: z.number().min(-10).max(10).default(1).describe('Factor on the merged update. The method needs none.'),
});

export type WudiOptions = z.output<typeof wudiOptions>;
