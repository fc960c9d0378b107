import { AutocompleteArrayInput, AutocompleteInput, ReferenceArrayInput, ReferenceInput } from 'react-admin';

export interface ReferenceFilterProps {
  /** The field of the filter: a list of ids, or with `one` a single id. */
  readonly source: string;
  readonly reference: string;
  readonly label: string;
  /** The field that names a record. */
  readonly text: string;
  /** What is filtered by; the id of a record unless given. */
  readonly value?: string;
  readonly one?: boolean;
}

const SHOWN = 100;

export default function ReferenceFilterInput(props: ReferenceFilterProps) {
  const { source, reference, label, text, value = 'id', one = false } = props;
  const sort = { field: text, order: 'ASC' } as const;
  const input = { label, optionText: text, optionValue: value, size: 'small', helperText: false } as const;
  return one ? (
    <ReferenceInput source={source} reference={reference} sort={sort} perPage={SHOWN}>
      <AutocompleteInput {...input} sx={{ minWidth: 220 }} />
    </ReferenceInput>
  ) : (
    <ReferenceArrayInput source={source} reference={reference} sort={sort} perPage={SHOWN}>
      <AutocompleteArrayInput {...input} sx={{ minWidth: 220 }} />
    </ReferenceArrayInput>
  );
}
