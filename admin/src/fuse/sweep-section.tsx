import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { Dispatch } from 'react';
import { useTranslate } from 'react-admin';
import { ChoiceButtons } from '../fields/choice-buttons';
import { Section } from '../fields/section';
import type { FormStrategy } from './form-types';
import type { FuseAction, FuseState } from './fuse-state';
import { RangeFields } from './range-fields';
import { sweptOptions } from './sweep-values';
import { TextEntry } from './text-entry';

interface SweepSectionProps {
  readonly state: FuseState;
  readonly strategy: FormStrategy | undefined;
  /** Points of the grid as it stands. */
  readonly size: number;
  readonly dispatch: Dispatch<FuseAction>;
}

/** One fusion, or every combination of several values of its options. */
export function SweepSection({ state: { sweep }, strategy, size, dispatch }: SweepSectionProps) {
  const translate = useTranslate();
  const say = (key: string, values = {}): string => translate(`crucible.fuse.sweep.${key}`, values);
  const set = (texts: FuseState['sweep']): void => dispatch({ type: 'set', values: { sweep: texts } });
  const options = sweptOptions(strategy);
  return (
    <Section title={say('title')}>
      <ChoiceButtons
        label={say('title')}
        choices={['once', 'many']}
        value={sweep ? 'many' : 'once'}
        nameOf={say}
        onChange={(mode) => set(mode === 'many' ? {} : null)}
      />
      {sweep ? (
        <>
          <Typography variant="body2" color="text.secondary" sx={{ mb: 1.5 }}>
            {options.length === 0 ? say('none') : say('help')}
          </Typography>
          {options.map((option) => (
            <Box key={option.name} sx={{ mb: 2 }}>
              <TextEntry
                path={`sweep.${option.name}`}
                label={say('values', { option: option.name })}
                value={sweep[option.name] ?? ''}
                onChange={(text) => set({ ...sweep, [option.name]: text })}
                help={[
                  say('list'),
                  option.values ? option.values.join(' ') : option.type === 'BOOLEAN' ? 'true false' : option.range,
                ].join(' ')}
              />
              {option.type === 'FLOAT' || option.type === 'INT' ? (
                <RangeFields
                  option={option}
                  onValues={(values) => set({ ...sweep, [option.name]: values.join(' ') })}
                />
              ) : null}
            </Box>
          ))}
          <Typography variant="body2" aria-live="polite">
            {size > 0 ? say('size', { smart_count: size }) : null}
          </Typography>
          {size === 0 ? <Alert severity="info">{say('empty')}</Alert> : null}
        </>
      ) : null}
    </Section>
  );
}
