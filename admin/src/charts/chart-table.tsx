import Box from '@mui/material/Box';
import { useState, type ReactNode } from 'react';
import { useTranslate } from 'react-admin';

export interface ChartColumn {
  readonly title: string;
  readonly numeric?: boolean;
}

export interface ChartRow {
  readonly key: string;
  /** One a column; the first is the row's header. */
  readonly cells: readonly ReactNode[];
}

export interface ChartTableProps {
  readonly caption: string;
  readonly columns: readonly ChartColumn[];
  readonly rows: readonly ChartRow[];
}

/** Everything that a chart shows, as figures: for who cannot see it, and for who wants to know exactly. Made when it is opened. */
export function ChartTable({ caption, columns, rows }: ChartTableProps) {
  const translate = useTranslate();
  const [open, setOpen] = useState(false);
  return (
    <Box component="details" onToggle={(event) => setOpen((event.currentTarget as HTMLDetailsElement).open)} sx={STYLE}>
      <summary>{translate('crucible.charts.table')}</summary>
      {open ? (
        <div role="region" aria-label={caption} tabIndex={0}>
          <table>
            <thead>
              <tr>
                {columns.map(({ title, numeric }) => (
                  <th key={title} scope="col" data-numeric={numeric}>
                    {title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map(({ key, cells: [header, ...cells] }) => (
                <tr key={key}>
                  <th scope="row">{header}</th>
                  {cells.map((cell, index) => (
                    <td key={columns[index + 1]!.title} data-numeric={columns[index + 1]!.numeric}>
                      {cell}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
    </Box>
  );
}

const STYLE = {
  mt: 1,
  fontSize: 14,
  '& summary': { cursor: 'pointer', py: 0.5, width: 'fit-content' },
  '& > div': { overflow: 'auto', maxHeight: '50vh', border: 1, borderColor: 'divider', borderRadius: 1 },
  '& table': { borderCollapse: 'separate', borderSpacing: 0, width: '100%' },
  '& th, & td': { p: '4px 10px', textAlign: 'left', borderBottom: 1, borderColor: 'divider' },
  '& thead th': { position: 'sticky', top: 0, bgcolor: 'background.paper', whiteSpace: 'nowrap' },
  '& tbody th': { fontWeight: 400, minWidth: 120 },
  '& [data-numeric=true]': { textAlign: 'right', whiteSpace: 'nowrap' },
} as const;
