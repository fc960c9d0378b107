import Autocomplete from '@mui/material/Autocomplete';
import Box from '@mui/material/Box';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import { memo } from 'react';
import { useTranslate } from 'react-admin';
import type { SubjectsQuery } from '../graphql/generated/graphql';
import { useRunName } from '../resources/runs/run-name';
import type { ComparisonState, SubjectKey, View } from './comparison-state';

interface ControlsProps {
  readonly choices: SubjectsQuery;
  readonly state: ComparisonState;
  readonly change: (part: Partial<ComparisonState>) => void;
}

interface Option extends SubjectKey {
  readonly label: string;
}

const VIEWS: readonly View[] = ['score', 'difference', 'share'];

/** What is compared, on what, with what, and how it is shown. */
export function Controls({ choices, state, change }: ControlsProps) {
  const translate = useTranslate();
  return (
    <>
      <Choices choices={choices} state={state} change={change} />
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1.5, alignItems: 'center', mb: 2 }}>
        <ToggleButtonGroup
          exclusive
          size="small"
          value={state.view}
          aria-label={translate('crucible.compare.view')}
          onChange={(_event, view: View | null) => view && change({ view })}
        >
          {VIEWS.map((view) => (
            <ToggleButton key={view} value={view}>
              {translate(`crucible.compare.views.${view}`)}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
        <FormControlLabel
          control={<Checkbox checked={state.seeds} onChange={(_event, seeds) => change({ seeds })} />}
          label={translate('crucible.compare.seeds')}
        />
        <TextField
          id="find"
          type="search"
          size="small"
          variant="outlined"
          label={translate('crucible.compare.find')}
          value={state.find}
          onChange={({ target: { value } }) => change({ find: value })}
          fullWidth={false}
        />
      </Box>
    </>
  );
}

const sameIds = (a: readonly { readonly id: string }[], b: readonly { readonly id: string }[]): boolean =>
  a.length === b.length && a.every(({ id }, index) => id === b[index]!.id);

/** A thousand chosen subjects are a thousand entries of a menu: they are made anew when what is compared changes, and not when it is sorted or shown otherwise. */
const Choices = memo(ChoicesOf, (before, after) => {
  const [a, b] = [before.state, after.state];
  const against = (state: ComparisonState): string =>
    typeof state.against === 'string' ? state.against : state.against.id;
  return (
    before.choices === after.choices &&
    before.change === after.change &&
    sameIds(a.subjects, b.subjects) &&
    a.tasks.join() === b.tasks.join() &&
    against(a) === against(b) &&
    a.split === b.split
  );
});

function ChoicesOf({ choices, state, change }: ControlsProps) {
  const translate = useTranslate();
  const nameOf = useRunName();
  const options: readonly Option[] = [
    ...choices.fusionRuns.nodes.map((run) => ({ kind: 'run' as const, id: run.id, label: nameOf(run) })),
    ...choices.adapters.nodes.map(({ id, name }) => ({ kind: 'adapter' as const, id, label: name })),
    ...choices.baseModels.nodes.map(({ id, name }) => ({ kind: 'base' as const, id, label: name })),
  ];
  // What the address names and the choices lack, such as an older run, stays chosen.
  const known = new Map(options.map((option) => [option.id, option]));
  const chosen = state.subjects.map((key): Option => known.get(key.id) ?? { ...key, label: key.id.slice(0, 8) });
  const { against } = state;
  return (
    <Box sx={{ display: 'grid', gap: 1.5, gridTemplateColumns: { xs: '1fr', md: '2fr 1fr 1fr 8rem' }, mb: 2 }}>
      <Autocomplete
        multiple
        limitTags={6}
        size="small"
        options={options}
        value={chosen}
        groupBy={({ kind }) => translate(`crucible.compare.kinds.${kind}`)}
        getOptionKey={({ id }) => id}
        isOptionEqualToValue={(a, b) => a.id === b.id}
        onChange={(_event, value) => change({ subjects: value.map(({ kind, id }) => ({ kind, id })) })}
        renderInput={(props) => (
          <TextField
            {...props}
            label={translate('crucible.compare.subjects')}
            helperText={chosen.length === 0 ? translate('crucible.compare.newest') : undefined}
          />
        )}
      />
      <Autocomplete
        multiple
        limitTags={3}
        size="small"
        options={choices.tasks.nodes}
        value={choices.tasks.nodes.filter(({ id }) => state.tasks.includes(id))}
        getOptionLabel={({ title }) => title}
        getOptionKey={({ id }) => id}
        isOptionEqualToValue={(a, b) => a.id === b.id}
        onChange={(_event, value) => change({ tasks: value.map(({ id }) => id) })}
        renderInput={(props) => <TextField {...props} label={translate('crucible.compare.tasks')} />}
      />
      <TextField
        select
        size="small"
        label={translate('crucible.compare.against')}
        value={typeof against === 'string' ? against : against.id}
        onChange={({ target: { value } }) =>
          change({
            against:
              value === 'BASE' || value === 'SPECIALIST'
                ? value
                : (chosen.find(({ id }) => id === value) ?? 'SPECIALIST'),
          })
        }
      >
        <MenuItem value="SPECIALIST">{translate('crucible.compare.specialist')}</MenuItem>
        <MenuItem value="BASE">{translate('crucible.compare.base')}</MenuItem>
        {chosen.map(({ id, label }) => (
          <MenuItem key={id} value={id}>
            {label}
          </MenuItem>
        ))}
      </TextField>
      <TextField
        select
        size="small"
        label={translate('crucible.compare.split')}
        value={state.split}
        onChange={({ target: { value } }) => change({ split: value === 'VALIDATION' ? 'VALIDATION' : 'TEST' })}
      >
        <MenuItem value="TEST">{translate('crucible.split.TEST')}</MenuItem>
        <MenuItem value="VALIDATION">{translate('crucible.split.VALIDATION')}</MenuItem>
      </TextField>
    </Box>
  );
}
