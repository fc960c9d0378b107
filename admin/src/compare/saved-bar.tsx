import SaveIcon from '@mui/icons-material/Save';
import DeleteIcon from '@mui/icons-material/Delete';
import Button from '@mui/material/Button';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNotify, useTranslate } from 'react-admin';
import { useNavigate } from 'react-router';
import { expectType } from '../graphql/expect-type';
import { request } from '../graphql/request';
import type { ComparisonState } from './comparison-state';
import { removeSaved, savedList, saveNew, saveOver } from './saved-query';
import { savedState } from './use-saved';

interface SavedBarProps {
  /** The saved comparison that the address names. */
  readonly id: string | undefined;
  readonly state: ComparisonState;
}

/** Comparisons under a name: choose one, keep this one, change it, delete it. */
export function SavedBar({ id, state }: SavedBarProps) {
  const translate = useTranslate();
  const notify = useNotify();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const say = (key: string): string => translate(`crucible.compare.saved.${key}`);
  const [name, setName] = useState('');
  const { data } = useQuery({
    queryKey: ['savedComparisons'],
    queryFn: ({ signal }) => request(savedList, {}, signal),
  });
  const saved = data?.savedComparisons.nodes ?? [];
  const current = saved.find((each) => each.id === id);
  const query = savedState(state);
  const change = useMutation({
    mutationFn: async (what: 'new' | 'over' | 'delete'): Promise<string | undefined> => {
      if (what === 'delete') {
        expectType((await request(removeSaved, { id: id! })).deleteSavedComparison, 'Deleted');
        return undefined;
      }
      const input = { name: name.trim() || current?.name || '', state: query };
      const answer =
        what === 'new'
          ? (await request(saveNew, { input })).saveComparison
          : (await request(saveOver, { id: id!, input })).updateSavedComparison;
      return expectType(answer, 'SavedComparison').id;
    },
    onSuccess: async (kept, what) => {
      setName('');
      await queries.invalidateQueries({ queryKey: ['savedComparisons'] });
      notify(`crucible.compare.saved.${what === 'delete' ? 'deleted' : 'kept'}`);
      await navigate(kept ? `/compare/${kept}?${query}` : `/compare?${query}`, { replace: true });
    },
    onError: (error) => notify(error.message, { type: 'error' }),
  });
  return (
    <Stack direction="row" sx={{ flexWrap: 'wrap', gap: 1, mb: 2, alignItems: 'center' }}>
      {saved.length > 0 ? (
        <TextField
          id="saved"
          select
          size="small"
          variant="outlined"
          label={say('title')}
          value={current ? current.id : ''}
          onChange={({ target: { value } }) => void navigate(value ? `/compare/${value}` : '/compare')}
          slotProps={{ select: { native: true }, inputLabel: { shrink: true } }}
          fullWidth={false}
          sx={{ minWidth: 200 }}
        >
          <option value="">{say('none')}</option>
          {saved.map((each) => (
            <option key={each.id} value={each.id}>
              {each.name}
            </option>
          ))}
        </TextField>
      ) : null}
      <TextField
        id="savedName"
        size="small"
        variant="outlined"
        label={say('name')}
        value={name}
        onChange={({ target: { value } }) => setName(value)}
        slotProps={{ htmlInput: { maxLength: 200 } }}
        fullWidth={false}
        sx={{ minWidth: 160 }}
      />
      <Button
        size="small"
        startIcon={<SaveIcon />}
        disabled={change.isPending || name.trim() === ''}
        onClick={() => change.mutate('new')}
      >
        {say('save')}
      </Button>
      {current ? (
        <>
          <Button
            size="small"
            disabled={change.isPending || (query === current.state && name.trim() === '')}
            onClick={() => change.mutate('over')}
          >
            {say('over')}
          </Button>
          <Button
            size="small"
            startIcon={<DeleteIcon />}
            disabled={change.isPending}
            onClick={() => change.mutate('delete')}
          >
            {say('delete')}
          </Button>
        </>
      ) : null}
    </Stack>
  );
}
