import Box from '@mui/material/Box';
import { useMemo } from 'react';
import { useTranslate } from 'react-admin';
import type { Comparison } from './comparison-query';
import { differingSettings } from './settings';

/** So many values of a setting are written out; of more, their number. */
const SHOWN = 8;

/** What compared things were made with, where they differ; what is the same for all is left out. */
export function SettingsTable({ rows }: Pick<Comparison, 'rows'>) {
  const translate = useTranslate();
  const differing = useMemo(() => differingSettings(rows), [rows]);
  if (differing.length === 0) return null;
  return (
    <Box component="details" sx={STYLE}>
      <summary>{translate('crucible.compare.differing', { smart_count: differing.length })}</summary>
      <dl>
        {differing.map(({ name, values }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {values
                .slice(0, SHOWN)
                .map((value) => value ?? '–')
                .join(' | ')}
              {values.length > SHOWN ? ` ${translate('crucible.compare.more', { count: values.length - SHOWN })}` : ''}
            </dd>
          </div>
        ))}
      </dl>
    </Box>
  );
}

const STYLE = {
  mb: 1.5,
  fontSize: 14,
  '& summary': { cursor: 'pointer', py: 0.5, width: 'fit-content' },
  '& dl': { m: 0, maxHeight: '30vh', overflow: 'auto' },
  '& dl > div': { display: 'flex', gap: 2, borderBottom: 1, borderColor: 'divider', py: 0.5 },
  '& dt': { width: 140, flexShrink: 0, fontWeight: 600, overflowWrap: 'anywhere' },
  '& dd': { m: 0, overflowWrap: 'anywhere' },
} as const;
