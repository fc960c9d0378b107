import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useState, type FormEvent } from 'react';
import { useTranslate } from 'react-admin';
import type { AdapterSourceInput, BaseModelSourceInput } from '../graphql/generated/graphql';

/** What the server can fetch itself; a source of adapters and of base models alike. */
export type FetchedSource = Pick<AdapterSourceInput, 'hub' | 'directory'> & BaseModelSourceInput;

interface SourceFormProps {
  /** Of its fields, unique on the page. */
  readonly id: string;
  readonly kind: 'hub' | 'directory';
  readonly submit: string;
  readonly disabled?: boolean;
  readonly onSource: (source: FetchedSource) => void;
}

const FIELD = { size: 'small', variant: 'outlined', margin: 'none', fullWidth: true, required: true } as const;
const SHRUNK = { inputLabel: { shrink: true } };

/** Where something is that the server fetches itself. */
export function SourceForm({ id, kind, submit: label, disabled = false, onSource }: SourceFormProps) {
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
            id={`${id}-repo`}
            slotProps={SHRUNK}
            label={say('repo')}
            helperText={say('repoHelp')}
            value={repo}
            onChange={(event) => setRepo(event.target.value)}
          />
          <TextField
            {...FIELD}
            id={`${id}-revision`}
            slotProps={SHRUNK}
            label={say('revision')}
            value={revision}
            onChange={(event) => setRevision(event.target.value)}
          />
        </>
      ) : (
        <TextField
          {...FIELD}
          id={`${id}-directory`}
          slotProps={SHRUNK}
          label={say('directory')}
          helperText={say('directoryHelp')}
          value={directory}
          onChange={(event) => setDirectory(event.target.value)}
        />
      )}
      <Button type="submit" variant="contained" disabled={disabled} sx={{ justifySelf: 'start' }}>
        {label}
      </Button>
    </Box>
  );
}
