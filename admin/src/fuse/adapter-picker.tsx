import Box from '@mui/material/Box';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState, type Dispatch } from 'react';
import { useTranslate } from 'react-admin';
import type { Origin } from '../graphql/generated/graphql';
import { request } from '../graphql/request';
import { unfitReason, type AdapterNeeds } from './adapter-fit';
import { formAdapters } from './documents';
import { useFieldProblem } from './field-problems';
import type { FuseAction, MemberState } from './fuse-state';
import type { FormAdapter } from './form-types';
import { useDebounced } from './use-debounced';

interface AdapterPickerProps {
  readonly members: readonly MemberState[];
  readonly needs: AdapterNeeds | undefined;
  readonly dispatch: Dispatch<FuseAction>;
}

const SEARCH_MS = 250;
/** Sweeps leave many fused adapters behind, which are seldom what is fused next. */
const NOT_FUSED: readonly Origin[] = ['IMPORTED', 'TRAINED', 'EXTRACTED'];

/** Adapters to choose from. What cannot join those chosen is shown all the same, and says why. */
export function AdapterPicker({ members, needs, dispatch }: AdapterPickerProps) {
  const translate = useTranslate();
  const [typed, setTyped] = useState('');
  const search = useDebounced(typed.trim(), SEARCH_MS);
  const [withFused, setWithFused] = useState(false);
  const { data } = useQuery({
    queryKey: ['adapters', 'fuse', search, withFused],
    queryFn: ({ signal }) =>
      request(formAdapters, { search: search || null, origins: withFused ? null : NOT_FUSED }, signal),
    placeholderData: keepPreviousData,
  });
  const problem = useFieldProblem('adapters');
  const chosen = members.map(({ adapter }) => adapter);
  const nodes = data?.adapters.nodes ?? [];
  return (
    <>
      <Typography variant="body2" color="text.secondary" sx={{ mb: 1.5 }}>
        {translate('crucible.fuse.adaptersHelp')}
      </Typography>
      <TextField
        id="adapter-search"
        fullWidth
        size="small"
        variant="outlined"
        margin="none"
        type="search"
        label={translate('crucible.fuse.search')}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        error={problem !== ''}
        helperText={data && translate('crucible.fuse.found', { shown: nodes.length, total: data.adapters.totalCount })}
      />
      <FormControlLabel
        label={translate('crucible.fuse.withFused')}
        control={<Checkbox size="small" checked={withFused} onChange={(_, checked) => setWithFused(checked)} />}
      />
      <Box
        component="ul"
        role="list"
        tabIndex={0}
        aria-label={translate('crucible.fuse.adapters')}
        sx={{ m: 0, mt: 1, p: 0, pl: 0.5, listStyle: 'none', maxHeight: 320, overflowY: 'auto' }}
      >
        {nodes.map((adapter) => {
          const isChosen = chosen.some(({ id }) => id === adapter.id);
          const others = chosen.filter(({ id }) => id !== adapter.id);
          return (
            <Candidate
              key={adapter.id}
              adapter={adapter}
              isChosen={isChosen}
              unfit={unfitReason(adapter, others, needs)}
              onToggle={() => dispatch({ type: 'toggle', adapter })}
            />
          );
        })}
      </Box>
      {data && nodes.length === 0 ? (
        <Typography variant="body2">{translate('crucible.fuse.noAdapters')}</Typography>
      ) : null}
    </>
  );
}

interface CandidateProps {
  readonly adapter: FormAdapter;
  readonly isChosen: boolean;
  readonly unfit: ReturnType<typeof unfitReason>;
  readonly onToggle: () => void;
}

function Candidate({ adapter, isChosen, unfit, onToggle }: CandidateProps) {
  const translate = useTranslate();
  const reason = unfit ? translate(`crucible.fuse.unfit.${unfit.key}`, unfit.values ?? {}) : '';
  const parts = [
    adapter.method,
    translate('crucible.fuse.rank', { rank: adapter.rank }),
    adapter.task?.title,
    adapter.base.name,
  ];
  return (
    <li>
      <FormControlLabel
        // What is chosen can be taken out again, also where it does not fit any more.
        disabled={unfit !== undefined && !isChosen}
        control={<Checkbox size="small" checked={isChosen} onChange={onToggle} />}
        label={
          <>
            <Typography component="span" variant="body2" sx={{ display: 'block', overflowWrap: 'anywhere' }}>
              {adapter.name}
            </Typography>
            <Typography component="span" variant="caption" color="text.secondary" sx={{ display: 'block' }}>
              {parts.filter(Boolean).join(' · ')}
            </Typography>
            {reason ? (
              <Typography component="span" variant="caption" color="warning.main" sx={{ display: 'block' }}>
                {reason}
              </Typography>
            ) : null}
          </>
        }
        sx={{ alignItems: 'flex-start', mr: 0, '& .MuiCheckbox-root': { pt: 0.25 } }}
      />
    </li>
  );
}
