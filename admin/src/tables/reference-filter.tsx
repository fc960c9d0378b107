import { lazy, Suspense } from 'react';
import type { ReferenceFilterProps } from './reference-filter-input';

const Input = lazy(() => import('./reference-filter-input'));

/** A filter by records of another list. Its input is large and seldom used, and is loaded when it is shown. */
export function ReferenceFilter(props: ReferenceFilterProps) {
  return (
    <Suspense>
      <Input {...props} />
    </Suspense>
  );
}
