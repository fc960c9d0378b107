import type { z } from 'zod';
import type { Strategy } from '../contract/strategy.js';

/** Another value of a numeric option than it has, in its range. */
export function otherValue(strategy: Strategy, name: string, current: unknown): number {
  const field = strategy.options.shape[name] as z.ZodType;
  const now = typeof current === 'number' ? current : 0;
  const candidates = [now / 2, now + 0.25, now + 1, now - 1, 0.5, 1, 2];
  return candidates.find((value) => value !== now && field.safeParse(value).success) ?? now;
}
