import { z } from 'zod';

export const doMergingOptions = z.object({
  renormalize: z
    .boolean()
    .default(false)
    .describe(
      'Whether merged directions are brought to unit length before they get the mean magnitudes. Off: what the rule makes of their length stays, such as its λ, or what cancels between adapters.',
    ),
});

export type DoMergingOptions = z.output<typeof doMergingOptions>;
