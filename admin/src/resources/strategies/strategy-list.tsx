import { DataTable, List, SearchInput, useTranslate } from 'react-admin';
import { NameLink } from '../../fields/name-link';
import type { StrategyRow } from '../../provider/row-types';
import { ListActions } from '../../tables/list-actions';
import { RecordTable } from '../../tables/record-table';

const filters = [<SearchInput key="q" source="q" alwaysOn />];
const Column = DataTable.Col<StrategyRow>;

export default function StrategyList() {
  const translate = useTranslate();
  return (
    <List
      actions={<ListActions filterable={false} />}
      filters={filters}
      sort={{ field: 'title', order: 'ASC' }}
      perPage={50}
      empty={false}
    >
      <RecordTable<StrategyRow> narrow={['title', 'kind']} bulkActionButtons={false}>
        <Column
          source="title"
          render={({ id, title }) => (
            <NameLink to="strategies" id={id}>
              {title}
            </NameLink>
          )}
        />
        <Column source="key" />
        <Column source="kind" render={({ kind }) => translate(`resources.strategies.kind.${kind}`)} />
        <Column
          source="spaces"
          disableSort
          render={({ spaces }) => spaces.map((space) => translate(`crucible.space.${space}`)).join(', ')}
        />
        <Column source="year" disableSort render={({ references }) => references[0]?.year ?? ''} />
        <Column
          source="plugin"
          disableSort
          render={({ plugin }) => (
            <NameLink to="plugins" id={plugin.id}>
              {plugin.name}
            </NameLink>
          )}
        />
        <Column source="version" />
      </RecordTable>
    </List>
  );
}
