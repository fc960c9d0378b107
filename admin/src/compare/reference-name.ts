import type { ComparisonState } from './comparison-state';
import type { ShownRow } from './sort-rows';

/** What scores are compared with, as exported files call it: they are in English, whatever the console speaks. */
export function referenceName(against: ComparisonState['against'], rows: readonly ShownRow[]): string {
  if (against === 'BASE') return 'the bare base';
  const pinned = against === 'SPECIALIST' ? undefined : rows.find(({ row }) => row.subject.id === against.id);
  return pinned?.name ?? 'the best specialist of each task';
}
