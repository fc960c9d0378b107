import { DataTable, type DataTableProps, type RaRecord } from 'react-admin';

interface RecordTableProps<Row extends RaRecord<string>> extends Omit<DataTableProps<Row>, 'rowClick' | 'size' | 'sx'> {
  /** Columns that a telephone has room for; the others are a scroll away on wider screens and on the record's page. */
  readonly narrow: readonly string[];
}

/** A list as a table. Rows are reached by the links in them, never by a click on the row, which a keyboard does not have. */
export function RecordTable<Row extends RaRecord<string>>({ narrow, ...props }: RecordTableProps<Row>) {
  const kept = Object.fromEntries(narrow.map((name) => [`& .column-${name}`, { display: 'table-cell' }]));
  const sx = {
    '& .RaDataTable-tableWrapper': { overflowX: 'auto' },
    '& th': { whiteSpace: 'nowrap' },
    '& td.column-createdAt': { whiteSpace: 'nowrap' },
    '@media (max-width: 599px)': {
      '& [class*="column-"]': { display: 'none' },
      ...kept,
      '& th': { whiteSpace: 'normal' },
    },
  };
  return <DataTable<Row> {...props} rowClick={false} size="small" sx={sx} />;
}
