import Box from '@mui/material/Box';
import TableSortLabel from '@mui/material/TableSortLabel';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import { useTranslate } from 'react-admin';
import type { Comparison } from './comparison-query';
import type { View } from './comparison-state';
import { MatrixRow } from './matrix-row';
import type { ShownRow } from './sort-rows';

interface MatrixProps {
  readonly comparison: Comparison;
  readonly rows: readonly ShownRow[];
  readonly view: View;
  readonly sort: string;
  readonly onSort: (sort: string) => void;
  readonly address: string;
  readonly selected: string | undefined;
}

/** Of a row until it is in sight and measured: long names take more. */
const ROW_HEIGHT = 56;

/** Subjects by tasks. Only rows in sight are in the page: a thousand of them scroll, sort and change their view as ten do. */
export function Matrix({ comparison, rows, view, sort, onSort, address, selected }: MatrixProps) {
  const translate = useTranslate();
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 6,
  });
  const shown = virtual.getVirtualItems();
  const before = shown[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (shown.at(-1)?.end ?? 0);
  const descending = sort.startsWith('-');
  const sorted = descending ? sort.slice(1) : sort;
  const header = (field: string, title: string, first: 'asc' | 'desc' = 'desc', below = '') => (
    <Box
      key={field}
      component="th"
      scope="col"
      aria-sort={sorted === field ? (descending ? 'descending' : 'ascending') : undefined}
    >
      <TableSortLabel
        active={sorted === field}
        direction={sorted === field ? (descending ? 'desc' : 'asc') : first}
        onClick={() =>
          onSort(sorted === field ? (descending ? field : `-${field}`) : (first === 'desc' ? '-' : '') + field)
        }
      >
        {title}
      </TableSortLabel>
      {below ? <small>{below}</small> : null}
    </Box>
  );
  const caption = translate('crucible.compare.caption', {
    subjects: comparison.rows.length,
    tasks: comparison.tasks.length,
    split: translate(`crucible.split.${comparison.split}`),
  });
  return (
    <Box ref={scroller} role="region" aria-label={caption} tabIndex={0} sx={STYLE}>
      <table aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            {header('name', translate('crucible.compare.name'), 'asc')}
            {header('mean', translate('crucible.compare.mean'))}
            {header('worst', translate('crucible.compare.worst'))}
            {comparison.tasks.map(({ id, title }, task) => header(id, title, 'desc', examplesOf(comparison, task)))}
          </tr>
        </thead>
        <tbody>
          {before > 0 ? <tr aria-hidden style={{ height: before }} /> : null}
          {shown.map(({ index }) => {
            const row = rows[index]!;
            return (
              <MatrixRow
                key={row.row.subject.id}
                ref={virtual.measureElement}
                index={index}
                shown={row}
                view={view}
                tasks={comparison.tasks}
                address={address}
                selected={selected}
              />
            );
          })}
          {after > 0 ? <tr aria-hidden style={{ height: after }} /> : null}
        </tbody>
      </table>
    </Box>
  );
}

/** How many examples the scores of a task are of, as one number or a span: never out of sight. */
function examplesOf({ rows }: Comparison, task: number): string {
  let [least, most] = [Infinity, 0];
  for (const { cells } of rows) {
    const n = cells[task]?.score?.n;
    if (n === undefined) continue;
    least = Math.min(least, n);
    most = Math.max(most, n);
  }
  if (most === 0) return '';
  return least === most ? `n = ${most}` : `n = ${least} – ${most}`;
}

const STYLE = {
  overflow: 'auto',
  maxHeight: '70vh',
  border: 1,
  borderColor: 'divider',
  borderRadius: 1,
  bgcolor: 'background.paper',
  '& table': { borderCollapse: 'separate', borderSpacing: 0, width: '100%', fontSize: 14 },
  '& th, & td': { p: '0 10px', textAlign: 'right', borderBottom: 1, borderColor: 'divider' },
  '& thead th': {
    position: 'sticky',
    top: 0,
    zIndex: 2,
    bgcolor: 'background.paper',
    whiteSpace: 'nowrap',
    p: '8px 10px',
  },
  '& tbody tr': { height: ROW_HEIGHT },
  '& tbody th, & thead th:first-of-type': {
    position: 'sticky',
    left: 0,
    bgcolor: 'background.paper',
    textAlign: 'left',
    zIndex: 1,
    minWidth: { xs: 116, sm: 180 },
    maxWidth: { xs: 140, sm: 320 },
  },
  '& thead th:first-of-type': { zIndex: 3 },
  '& small': { display: 'block', color: 'text.secondary', fontSize: 12, whiteSpace: 'nowrap' },
  // On a coloured ground the softer grey would lose its contrast.
  '& td small': { color: 'text.primary' },
  '& tbody th small': { overflow: 'hidden', textOverflow: 'ellipsis' },
  '& td a': {
    color: 'inherit',
    textDecoration: 'none',
    display: 'block',
    py: '4px',
    '&:hover': { textDecoration: 'underline' },
    '&:focus-visible, &[aria-current]': { outline: '2px solid currentColor', outlineOffset: 2 },
  },
} as const;
