import type { View } from './comparison-state';

/** Differences this large, in shares, have the fullest colour: a finer scale would paint noise. */
const FULL_DIFFERENCE = 0.2;

/**
 * The colour behind a figure, mixed into the paper so that text keeps its contrast in both themes: blue is good, orange is bad, as eyes that confuse red and green
 * tell them apart. A difference that is not significant has none.
 */
export function heatOf(value: number | undefined, view: View, significant: boolean | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (view === 'score') return mix('#2563eb', Math.max(0, Math.min(1, value)) * 38);
  if (significant === false) return undefined;
  const difference = view === 'difference' ? value : value - 1;
  const strength = Math.min(1, Math.abs(difference) / FULL_DIFFERENCE);
  return mix(difference < 0 ? '#ea580c' : '#2563eb', strength * 40);
}

const mix = (color: string, percent: number): string =>
  `color-mix(in srgb, ${color} ${percent.toFixed(1)}%, transparent)`;
