import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useState, type FormEvent } from 'react';
import { useTranslate } from 'react-admin';
import type { AdapterSourceInput } from '../graphql/generated/graphql';

interface SourceFormProps {
  readonly kind: 'hub' | 'directory';
  readonly onSource: (source: AdapterSourceInput) => void;
}

const FIELD = { size: 'small', variant: 'outlined', margin: 'none', fullWidth: true, required: true } as const;
const SHRUNK = { inputLabel: { shrink: true } };

/** An adapter that the server fetches itself. */
export function SourceForm({ kind, onSource }: SourceFormProps) {
  const translate = useTranslate();
  const say = (key: string): string => translate(`crucible.upload.${key}`);
  const [repo, setRepo] = useState('');
  const [revision, setRevision] = useState('main');
  const [directory, setDirectory] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onSource(
      kind === 'hub'
        ? { hub: { repo: repo.trim(), revision: revision.trim() || 'main' } }
        : { directory: directory.trim() },
    );
  };
  return (
    <Box component="form" onSubmit={submit} sx={{ display: 'grid', gap: 2, maxWidth: 560 }}>
      {kind === 'hub' ? (
        <>
          <TextField
            {...FIELD}
            id="hub-repo"
            slotProps={SHRUNK}
            label={say('repo')}
            helperText={say('repoHelp')}
            value={repo}
            onChange={(event) => setRepo(event.target.value)}
          />
          <TextField
            {...FIELD}
            id="hub-revision"
            slotProps={SHRUNK}
            label={say('revision')}
            value={revision}
            onChange={(event) => setRevision(event.target.value)}
          />
        </>
      ) : (
        <TextField
          {...FIELD}
          id="server-directory"
          slotProps={SHRUNK}
          label={say('directory')}
          helperText={say('directoryHelp')}
          value={directory}
          onChange={(event) => setDirectory(event.target.value)}
        />
      )}
      <Button type="submit" variant="contained" sx={{ justifySelf: 'start' }}>
        {say('look')}
      </Button>
    </Box>
  );
}
