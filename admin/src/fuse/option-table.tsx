import AddIcon from '@mui/icons-material/Add';
import DeleteIcon from '@mui/icons-material/DeleteOutlined';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import Typography from '@mui/material/Typography';
import { useContext, type ComponentType } from 'react';
import { useTranslate } from 'react-admin';
import { MemberNames } from './member-names';
import type { OptionDescription } from './option-description';
import type { Fields } from './option-state';
import type { OptionEntryProps } from './option-entry-props';
import { TextEntry } from './text-entry';

interface OptionTableProps {
  readonly option: OptionDescription;
  readonly path: string;
  readonly rows: readonly Fields[];
  readonly onChange: (rows: readonly Fields[]) => void;
  /** The field of an option, which may hold a table again. */
  readonly Cell: ComponentType<OptionEntryProps>;
}

/** A list of objects as rows, such as schedules; on a telephone each row is a block. */
export function OptionTable({ option, path, rows, onChange, Cell }: OptionTableProps) {
  const translate = useTranslate();
  const columns = option.fields ?? [];
  const full = option.maxLength !== null && rows.length >= option.maxLength;
  return (
    <Box
      component="fieldset"
      sx={{ gridColumn: '1 / -1', m: 0, minWidth: 0, border: 1, borderRadius: 1, borderColor: 'divider' }}
    >
      <legend>{option.name}</legend>
      <Typography variant="body2" color="text.secondary" sx={{ mb: 1 }}>
        {option.description}
      </Typography>
      {rows.map((row, index) => (
        <Box
          key={index}
          role="group"
          aria-label={translate('crucible.fuse.row', { row: index + 1 })}
          sx={{
            display: 'grid',
            gap: 1.5,
            mb: 2,
            alignItems: 'start',
            gridTemplateColumns: { xs: '1fr', sm: `repeat(${columns.length}, minmax(0, 1fr)) auto` },
          }}
        >
          {columns.map((column) => (
            <RowEntry
              key={column.name}
              column={column}
              path={`${path}.${index}.${column.name}`}
              row={row}
              Cell={Cell}
              onChange={(changed) => onChange(rows.map((each, place) => (place === index ? changed : each)))}
            />
          ))}
          <IconButton
            aria-label={translate('crucible.fuse.removeRow', { row: index + 1 })}
            onClick={() => onChange(rows.filter((_, place) => place !== index))}
            sx={{ justifySelf: 'end' }}
          >
            <DeleteIcon />
          </IconButton>
        </Box>
      ))}
      <Button startIcon={<AddIcon />} size="small" disabled={full} onClick={() => onChange([...rows, {}])}>
        {translate('crucible.fuse.addRow')}
      </Button>
    </Box>
  );
}

interface RowEntryProps {
  readonly column: OptionDescription;
  readonly path: string;
  readonly row: Fields;
  readonly onChange: (row: Fields) => void;
  readonly Cell: ComponentType<OptionEntryProps>;
}

/** A cell. The position of an adapter is chosen by its name. */
function RowEntry({ column, path, row, onChange, Cell }: RowEntryProps) {
  const translate = useTranslate();
  const names = useContext(MemberNames);
  const entry = row[column.name];
  const change = (value: Fields[string]): void => onChange({ ...row, [column.name]: value });
  if (column.name === 'adapter' && column.type === 'INT') {
    const all = { value: '', label: translate('crucible.fuse.allAdapters') };
    const choices = [all, ...names.map((name, index) => ({ value: String(index), label: `${index}: ${name}` }))];
    // A position that no adapter has any more is kept in sight, so that it can be put right.
    const lost =
      typeof entry === 'string' && !choices.some(({ value }) => value === entry)
        ? [{ value: entry, label: entry }]
        : [];
    return (
      <TextEntry
        path={path}
        label={column.name}
        value={typeof entry === 'string' ? entry : ''}
        onChange={change}
        help={column.description}
        choices={[...choices, ...lost]}
      />
    );
  }
  return <Cell option={column} path={path} entry={entry} onChange={change} />;
}
