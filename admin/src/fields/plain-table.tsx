import Box from '@mui/material/Box';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import type { ReactNode } from 'react';

interface PlainColumn {
  readonly title: string;
  readonly numeric?: boolean;
}

interface PlainTableProps {
  readonly caption: string;
  readonly columns: readonly PlainColumn[];
  /** The first cell names the row. */
  readonly rows: readonly { readonly id: string; readonly cells: readonly ReactNode[] }[];
  /** In pixels; a longer table scrolls by itself. */
  readonly maxHeight?: number;
}

/** A short table of a record's page, which scrolls by itself, also by keyboard. */
export function PlainTable({ caption, columns, rows, maxHeight }: PlainTableProps) {
  const alignOf = (index: number): 'right' | 'left' => (columns[index]?.numeric ? 'right' : 'left');
  return (
    <Box
      sx={{ overflow: 'auto', ...(maxHeight === undefined ? {} : { maxHeight }) }}
      tabIndex={0}
      role="region"
      aria-label={caption}
    >
      <Table size="small" stickyHeader={maxHeight !== undefined}>
        <TableHead>
          <TableRow>
            {columns.map(({ title }, index) => (
              <TableCell key={title} align={alignOf(index)}>
                {title}
              </TableCell>
            ))}
          </TableRow>
        </TableHead>
        <TableBody>
          {rows.map(({ id, cells: [name, ...cells] }) => (
            <TableRow key={id}>
              <TableCell component="th" scope="row" align={alignOf(0)}>
                {name}
              </TableCell>
              {cells.map((cell, index) => (
                <TableCell key={columns[index + 1]?.title} align={alignOf(index + 1)}>
                  {cell}
                </TableCell>
              ))}
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </Box>
  );
}
