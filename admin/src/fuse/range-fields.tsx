import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import TextField from '@mui/material/TextField';
import { useId, useState } from 'react';
import { useTranslate } from 'react-admin';
import type { OptionDescription } from './option-description';
import { parseNumber } from './parse-entry';
import { valuesBetween } from './sweep-values';

interface RangeFieldsProps {
  readonly option: OptionDescription;
  readonly onValues: (values: readonly number[]) => void;
}

/** Writes the values of a range out, so that each of them can be seen and changed. */
export function RangeFields({ option, onValues }: RangeFieldsProps) {
  const translate = useTranslate();
  const id = useId();
  const [from, setFrom] = useState(option.min === null ? '' : String(option.min));
  const [to, setTo] = useState(option.max === null ? '' : String(option.max));
  const [count, setCount] = useState('5');
  const [ratios, setRatios] = useState(false);
  const say = (key: string, values = {}): string => translate(`crucible.fuse.sweep.${key}`, values);
  const [first, last, many] = [parseNumber(from), parseNumber(to), parseNumber(count)];
  const fields = [
    ['from', from, setFrom],
    ['to', to, setTo],
    ['count', count, setCount],
  ] as const;
  return (
    <Box component="details" sx={{ '& summary': { cursor: 'pointer', width: 'fit-content', fontSize: 14, py: 0.5 } }}>
      <Box component="summary" aria-label={say('range', { option: option.name })}>
        {say('rangeShort')}
      </Box>
      <Box
        role="group"
        aria-label={say('range', { option: option.name })}
        sx={{ display: 'flex', flexWrap: 'wrap', gap: 1.5, pt: 1 }}
      >
        {fields.map(([name, value, set]) => (
          <TextField
            key={name}
            id={`${id}${name}`}
            size="small"
            variant="outlined"
            margin="none"
            fullWidth={false}
            label={say(name)}
            value={value}
            onChange={(event) => set(event.target.value)}
            slotProps={{ inputLabel: { shrink: true }, htmlInput: { inputMode: 'decimal', autoComplete: 'off' } }}
            sx={{ width: 110 }}
          />
        ))}
        <FormControlLabel
          label={say('ratios')}
          control={<Checkbox size="small" checked={ratios} onChange={(_, checked) => setRatios(checked)} />}
        />
        <Button
          variant="outlined"
          disabled={first === undefined || last === undefined || many === undefined}
          onClick={() =>
            onValues(valuesBetween(first ?? 0, last ?? 0, many ?? 0, { whole: option.type === 'INT', ratios }))
          }
        >
          {say('fill')}
        </Button>
      </Box>
    </Box>
  );
}
