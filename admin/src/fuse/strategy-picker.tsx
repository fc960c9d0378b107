import Box from '@mui/material/Box';
import Link from '@mui/material/Link';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useTranslate } from 'react-admin';
import type { FormStrategy } from './form-types';

const KINDS = ['MODULE', 'SEARCH', 'WRAPPER'] as const;

interface StrategySelectProps {
  readonly id: string;
  readonly label: string;
  readonly strategies: readonly FormStrategy[];
  readonly value: string;
  readonly onChange: (key: string) => void;
  /** What an empty choice stands for; without it there is none. */
  readonly empty?: string;
}

/** A strategy by its title, in groups by how they work. */
export function StrategySelect({ id, label, strategies, value, onChange, empty }: StrategySelectProps) {
  const translate = useTranslate();
  return (
    <TextField
      id={id}
      select
      fullWidth
      size="small"
      variant="outlined"
      margin="none"
      label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      slotProps={{ select: { native: true }, inputLabel: { shrink: true } }}
    >
      {empty === undefined ? null : <option value="">{empty}</option>}
      {KINDS.map((kind) => {
        const members = strategies.filter((strategy) => strategy.kind === kind);
        return members.length === 0 ? null : (
          <optgroup key={kind} label={translate(`crucible.fuse.kind.${kind}`)}>
            {members.map(({ key, title }) => (
              <option key={key} value={key}>
                {title}
              </option>
            ))}
          </optgroup>
        );
      })}
    </TextField>
  );
}

/** What a strategy does, where it was published, and what it demands. */
export function StrategyNotes({ strategy }: { readonly strategy: FormStrategy }) {
  const translate = useTranslate();
  return (
    <Box sx={{ mt: 1.5 }}>
      <Typography variant="body2">{strategy.description}</Typography>
      <Typography variant="body2" color="text.secondary" sx={{ mt: 0.5 }}>
        {demands(strategy)
          .map(([key, values]) => translate(`crucible.fuse.needs.${key}`, values))
          .join(' ')}
      </Typography>
      {strategy.references.map(({ title, authors, year, url, arxiv }) => (
        <Typography key={title} variant="body2" color="text.secondary" sx={{ mt: 0.5 }}>
          {translate('crucible.fuse.reference')}{' '}
          {url || arxiv ? (
            <Link href={url ?? `https://arxiv.org/abs/${arxiv}`} target="_blank" rel="noreferrer" underline="always">
              {title}
            </Link>
          ) : (
            title
          )}
          {[authors, year].filter(Boolean).length > 0 ? ` (${[authors, year].filter(Boolean).join(', ')})` : ''}
        </Typography>
      ))}
    </Box>
  );
}

type Demand = readonly [key: string, values: Readonly<Record<string, string | number>>];

function demands({ needs, outputs }: FormStrategy): readonly Demand[] {
  const { minAdapters: min, maxAdapters: max } = needs;
  const count: Demand =
    max === null
      ? ['atLeast', { smart_count: min }]
      : min === max
        ? ['exactly', { smart_count: min }]
        : ['between', { min, max }];
  const rest: readonly (Demand | false)[] = [
    needs.sharedFrame && ['sharedFrame', {}],
    needs.equalRank && ['equalRank', {}],
    needs.validation && ['validation', {}],
    needs.statistics !== null && ['statistics', { kind: needs.statistics }],
    outputs !== 'ONE' && ['each', {}],
  ];
  return [count, ...rest.filter((demand) => demand !== false)];
}
