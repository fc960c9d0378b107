import { defineError } from '@crucible/engine/errors';

export const loraSoupsErrors = {
  noSlope: defineError({
    code: 'LORA_SOUPS_NO_SLOPE',
    summary: 'The objective has no slope to descend.',
    remedy: 'Run it through the platform, in FRAME, CORE or DELTA space.',
    message: () => 'the objective has no slope; run LoRA Soups through the platform, in FRAME, CORE or DELTA space.',
  }),
};
