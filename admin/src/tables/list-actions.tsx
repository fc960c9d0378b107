import { ColumnsButton, ExportButton, FilterButton, TopToolbar } from 'react-admin';

/** What every list offers above it: filters with saved queries, choice of columns, export as CSV. */
export function ListActions({ filterable = true }: { readonly filterable?: boolean }) {
  return (
    <TopToolbar>
      {filterable ? <FilterButton /> : null}
      <ColumnsButton />
      <ExportButton />
    </TopToolbar>
  );
}
