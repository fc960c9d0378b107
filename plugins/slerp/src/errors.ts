import { defineError } from '@crucible/engine/errors';

export const sphericalErrors = {
  meanVanishes: defineError({
    code: 'SPHERICAL_MEAN_VANISHES',
    summary: 'The directions of the adapters cancel, so that there is no mean direction.',
    remedy: 'Change the weights, or use task arithmetic, which needs no direction.',
    message: (d: { module: string }) =>
      `the directions of the adapters cancel in "${d.module}", and a mean on the sphere needs one; change the weights, or use task arithmetic`,
  }),
};
