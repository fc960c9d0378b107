import { ColumnsButton, ExportButton, FilterButton, TopToolbar, useListContext } from 'react-admin';

/** What every list offers above it: filters with saved queries, choice of columns, export as CSV. */
export function ListActions({ filterable = true }: { readonly filterable?: boolean }) {
  const { total } = useListContext();
  return (
    <TopToolbar>
      {filterable ? <FilterButton /> : null}
      <ColumnsButton />
      {/* Of nothing there is nothing to export; and a button that is off has no name on a telephone. */}
      {total ? <ExportButton /> : null}
    </TopToolbar>
  );
}
