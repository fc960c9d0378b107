import Box from '@mui/material/Box';
import type { ReactNode } from 'react';

interface BarRow {
  readonly key: string;
  readonly name: ReactNode;
  /** 0 or more; the longest bar is the greatest of them. */
  readonly value: number;
  readonly text: string;
}

interface BarTableProps {
  readonly caption: string;
  /** What names the rows, and what their figures are. */
  readonly columns: readonly [string, string];
  readonly rows: readonly BarRow[];
  /** In pixels; a longer table scrolls by itself. */
  readonly maxHeight?: number;
}

/** Figures with bars as long as they are large: a chart that is its own table. */
export function BarTable({ caption, columns, rows, maxHeight = 360 }: BarTableProps) {
  const most = Math.max(...rows.map(({ value }) => value), Number.MIN_VALUE);
  return (
    <Box tabIndex={0} role="region" aria-label={caption} sx={{ overflow: 'auto', maxHeight }}>
      <Box component="table" sx={TABLE}>
        <thead>
          <tr>
            {columns.map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, name, value, text }) => (
            <tr key={key}>
              <th scope="row">{name}</th>
              <td>
                <Box sx={{ display: 'flex', alignItems: 'center', gap: 1 }}>
                  <Box
                    aria-hidden
                    sx={{
                      height: 12,
                      bgcolor: 'info.main',
                      borderRadius: 0.5,
                      width: `calc((100% - 5rem) * ${value / most})`,
                    }}
                  />
                  <Box component="span" sx={{ whiteSpace: 'nowrap' }}>
                    {text}
                  </Box>
                </Box>
              </td>
            </tr>
          ))}
        </tbody>
      </Box>
    </Box>
  );
}

const TABLE = {
  borderCollapse: 'collapse',
  width: '100%',
  fontSize: 14,
  '& th, & td': { p: '3px 8px', textAlign: 'left' },
  '& thead th': { position: 'sticky', top: 0, bgcolor: 'background.paper' },
  '& tbody th': { fontWeight: 400, maxWidth: '12rem', overflowWrap: 'anywhere' },
  '& td': { width: '75%' },
} as const;
