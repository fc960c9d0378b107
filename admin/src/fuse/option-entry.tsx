import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useTranslate } from 'react-admin';
import type { OptionDescription } from './option-description';
import type { OptionEntryProps } from './option-entry-props';
import { fieldsOf, isTable, rowsOf, textOf, type Fields } from './option-state';
import { OptionTable } from './option-table';
import { TextEntry } from './text-entry';

/** The field of one option, of whatever kind the API says that it is. */
export function OptionEntry({ option, path, entry, onChange }: OptionEntryProps) {
  const translate = useTranslate();
  if (isTable(option)) {
    return <OptionTable option={option} path={path} rows={rowsOf(entry)} onChange={onChange} Cell={OptionEntry} />;
  }
  if (option.type === 'OBJECT') {
    return (
      <Box component="fieldset" sx={{ gridColumn: '1 / -1', m: 0, borderRadius: 1, borderColor: 'divider' }}>
        <legend>{option.name}</legend>
        <Typography variant="body2" color="text.secondary" sx={{ mb: 1.5 }}>
          {option.description}
        </Typography>
        <OptionGrid options={option.fields ?? []} path={path} fields={fieldsOf(entry)} onChange={onChange} />
      </Box>
    );
  }
  const standsFor = option.default === null ? '' : option.default;
  const leftOut = standsFor
    ? translate('crucible.fuse.byDefault', { value: standsFor })
    : translate('crucible.fuse.open');
  const values =
    option.type === 'BOOLEAN'
      ? [
          { value: 'true', label: translate('crucible.fuse.yes') },
          { value: 'false', label: translate('crucible.fuse.no') },
        ]
      : option.type === 'ENUM'
        ? (option.values ?? []).map((value) => ({ value, label: value }))
        : undefined;
  const defaultLabel = values?.find(({ value }) => value === standsFor)?.label;
  const empty = defaultLabel
    ? translate('crucible.fuse.byDefault', { value: defaultLabel })
    : option.required
      ? ''
      : leftOut;
  const range = option.range && translate('crucible.fuse.range', { range: option.range });
  const list = option.type === 'LIST' && translate('crucible.fuse.list');
  const help = [option.description.replace(/\.?$/, '.'), range && `${range}.`, list].filter(Boolean).join(' ');
  return (
    <TextEntry
      path={path}
      label={option.required ? `${option.name} *` : option.name}
      value={textOf(entry)}
      onChange={onChange}
      help={help}
      {...(values
        ? { choices: [{ value: '', label: empty }, ...values] }
        : { placeholder: option.required || option.nullable ? '' : leftOut })}
      numeric={option.type === 'FLOAT' || option.type === 'INT'}
    />
  );
}

interface OptionGridProps {
  readonly options: readonly OptionDescription[];
  readonly path: string;
  readonly fields: Fields;
  readonly onChange: (fields: Fields) => void;
}

/** Options beside each other, as many as there is room for; tables take the whole width. */
export function OptionGrid({ options, path, fields, onChange }: OptionGridProps) {
  return (
    <Box
      sx={{
        display: 'grid',
        gap: 2.5,
        alignItems: 'start',
        gridTemplateColumns: 'repeat(auto-fill, minmax(min(100%, 17rem), 1fr))',
      }}
    >
      {options.map((option) => (
        <OptionEntry
          key={option.name}
          option={option}
          path={`${path}.${option.name}`}
          entry={fields[option.name]}
          onChange={(entry) => onChange({ ...fields, [option.name]: entry })}
        />
      ))}
    </Box>
  );
}
