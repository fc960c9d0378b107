import { DataTable, List, SearchInput } from 'react-admin';
import { NameLink } from '../../fields/name-link';
import { useFormat } from '../../fields/use-format';
import type { FrameRow } from '../../provider/row-types';
import { ListActions } from '../../tables/list-actions';
import { ReferenceFilter } from '../../tables/reference-filter';
import { RecordTable } from '../../tables/record-table';

const BY_NAME = { field: 'name', order: 'ASC' } as const;

const filters = [
  <SearchInput key="q" source="q" alwaysOn />,
  <ReferenceFilter key="base" one source="base" reference="bases" label="resources.frames.fields.base" text="name" />,
];
const Column = DataTable.Col<FrameRow>;

export default function FrameList() {
  const format = useFormat();
  return (
    <List actions={<ListActions />} filters={filters} sort={BY_NAME} perPage={25} empty={false}>
      <RecordTable<FrameRow> narrow={['name', 'rank']} bulkActionButtons={false}>
        <Column
          source="name"
          render={({ id, name }) => (
            <NameLink to="frames" id={id}>
              {name}
            </NameLink>
          )}
        />
        <Column
          source="base"
          disableSort
          render={({ base }) => (
            <NameLink to="bases" id={base.id}>
              {base.name}
            </NameLink>
          )}
        />
        <Column source="rank" align="right" />
        <Column source="scale" disableSort align="right" render={({ scale }) => format.number(scale)} />
        <Column source="modules" disableSort align="right" render={({ targetModules }) => targetModules.length} />
        <Column source="createdAt" render={({ createdAt }) => format.moment(createdAt)} />
      </RecordTable>
    </List>
  );
}
