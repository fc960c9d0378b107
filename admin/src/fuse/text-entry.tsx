import TextField from '@mui/material/TextField';
import type { HTMLInputTypeAttribute, ReactNode } from 'react';
import { useFieldProblem } from './field-problems';

interface Choice {
  readonly value: string;
  readonly label: string;
}

interface TextEntryProps {
  /** Path of the field as the API names it. */
  readonly path: string;
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly help?: ReactNode;
  readonly placeholder?: string;
  /** With choices it is a list to choose from. */
  readonly choices?: readonly Choice[];
  readonly numeric?: boolean;
  readonly type?: HTMLInputTypeAttribute;
  /** In a table the head names the column: the label is read out and not shown. */
  readonly bare?: boolean;
}

/** One field: what is wrong with it in the place of its help, and read out with it. */
export function TextEntry(props: TextEntryProps) {
  const { path, label, value, onChange, help, placeholder, choices, numeric, type, bare } = props;
  const problem = useFieldProblem(path);
  const html = {
    'data-path': path,
    ...(bare ? { 'aria-label': label } : {}),
    ...(numeric ? { inputMode: 'decimal' as const, autoComplete: 'off' } : {}),
  };
  return (
    <TextField
      id={`field-${path.replaceAll('.', '-')}`}
      fullWidth
      size="small"
      variant="outlined"
      margin="none"
      {...(bare ? {} : { label })}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      error={problem !== ''}
      helperText={problem || help}
      {...(placeholder ? { placeholder } : {})}
      {...(type ? { type } : {})}
      select={choices !== undefined}
      slotProps={{
        htmlInput: html,
        inputLabel: { shrink: true },
        ...(choices ? { select: { native: true } } : {}),
      }}
    >
      {choices?.map((choice) => (
        <option key={choice.value} value={choice.value}>
          {choice.label}
        </option>
      ))}
    </TextField>
  );
}
