import Box from '@mui/material/Box';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import Typography from '@mui/material/Typography';
import { useQuery } from '@tanstack/react-query';
import type { Dispatch } from 'react';
import { useTranslate } from 'react-admin';
import type { FusionSpace, Split } from '../graphql/generated/graphql';
import { request } from '../graphql/request';
import { formTasks } from './documents';
import type { FormStrategy } from './form-types';
import type { FuseAction, FuseState } from './fuse-state';
import { TextEntry } from './text-entry';

interface FusionSettingsProps {
  readonly state: FuseState;
  readonly strategy: FormStrategy | undefined;
  readonly dispatch: Dispatch<FuseAction>;
}

const SPLITS: readonly Split[] = ['TEST', 'VALIDATION', 'TRAIN'];

/** Name, space, output rank, seed, and what the output is scored on. */
export function FusionSettings({ state, strategy, dispatch }: FusionSettingsProps) {
  const translate = useTranslate();
  const say = (key: string): string => translate(`crucible.fuse.${key}`);
  const set = (values: Extract<FuseAction, { type: 'set' }>['values']): void => dispatch({ type: 'set', values });
  const offered = strategy?.spaces ?? [];
  // A space chosen before stays in sight where the strategy does not offer it; the plan then says so.
  const spaces = state.space && !offered.includes(state.space) ? [...offered, state.space] : offered;
  return (
    <>
      <Box
        sx={{
          display: 'grid',
          gap: 2.5,
          alignItems: 'start',
          gridTemplateColumns: 'repeat(auto-fill, minmax(min(100%, 13rem), 1fr))',
        }}
      >
        <TextEntry path="name" label={say('name')} value={state.name} onChange={(name) => set({ name })} />
        <TextEntry
          path="space"
          label={say('space')}
          value={state.space}
          onChange={(space) => set({ space: space as FusionSpace | '' })}
          choices={[
            { value: '', label: say('spaceDefault') },
            ...spaces.map((space) => ({ value: space, label: translate(`crucible.space.${space}`) })),
          ]}
        />
        <TextEntry
          path="outputRank"
          label={say('outputRank')}
          help={say('outputRankHelp')}
          numeric
          value={state.outputRank}
          onChange={(outputRank) => set({ outputRank })}
        />
        <TextEntry
          path="seed"
          label={say('seed')}
          help={say('seedHelp')}
          numeric
          placeholder="0"
          value={state.seed}
          onChange={(seed) => set({ seed })}
        />
        <TextEntry
          path="evaluationSplit"
          label={say('split')}
          value={state.evaluationSplit}
          onChange={(split) => set({ evaluationSplit: split as Split })}
          choices={SPLITS.map((value) => ({ value, label: translate(`crucible.split.${value}`) }))}
        />
        <TextEntry
          path="evaluateOn"
          label={say('tasks')}
          value={state.evaluateOn === 'own' ? 'own' : 'chosen'}
          onChange={(mode) => set({ evaluateOn: mode === 'own' ? 'own' : [] })}
          choices={[
            { value: 'own', label: say('ownTasks') },
            { value: 'chosen', label: say('chosenTasks') },
          ]}
        />
      </Box>
      {state.evaluateOn === 'own' ? null : (
        <TaskChoice
          base={state.members[0]?.adapter.base.id}
          chosen={state.evaluateOn}
          onChange={(evaluateOn) => set({ evaluateOn })}
        />
      )}
    </>
  );
}

interface TaskChoiceProps {
  readonly base: string | undefined;
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
}

/** Tasks that the base has a classifier for, and those chosen already. */
function TaskChoice({ base, chosen, onChange }: TaskChoiceProps) {
  const translate = useTranslate();
  const { data } = useQuery({ queryKey: ['tasks', 'fuse'], queryFn: ({ signal }) => request(formTasks, {}, signal) });
  const tasks = (data?.tasks.nodes ?? []).filter(
    ({ id, heads }) => chosen.includes(id) || base === undefined || heads.some((head) => head.base.id === base),
  );
  return (
    <Box component="fieldset" sx={{ mt: 2, mx: 0, minWidth: 0, border: 1, borderRadius: 1, borderColor: 'divider' }}>
      <legend>{translate('crucible.fuse.tasks')}</legend>
      {chosen.length === 0 ? <Typography variant="body2">{translate('crucible.fuse.noTasks')}</Typography> : null}
      {tasks.map(({ id, title }) => (
        <FormControlLabel
          key={id}
          label={title}
          control={
            <Checkbox
              size="small"
              checked={chosen.includes(id)}
              onChange={(_, checked) => onChange(checked ? [...chosen, id] : chosen.filter((each) => each !== id))}
            />
          }
        />
      ))}
    </Box>
  );
}
