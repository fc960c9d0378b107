import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import LinearProgress from '@mui/material/LinearProgress';
import TextField from '@mui/material/TextField';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { useTranslate } from 'react-admin';
import { useNavigate } from 'react-router';
import { ErrorAlert } from '../fields/error-alert';
import { Section } from '../fields/section';
import { expectType } from '../graphql/expect-type';
import type { AdapterSourceInput } from '../graphql/generated/graphql';
import { request } from '../graphql/request';
import { importAdapter, inspectAdapter, uploadBases } from './documents';
import { InspectionReport } from './inspection-report';

/** How the files are read. */
interface Reading {
  /** Empty: as the adapter names it. */
  readonly base: string;
  /** DoRA is taken as what it adds to the base, at the rank that takes. */
  readonly fullRank: boolean;
}

const readingInput = ({ base, fullRank }: Reading) => ({
  ...(base ? { base } : {}),
  ...(fullRank ? { dora: 'FULL_RANK' as const } : {}),
});

/** The pre-flight report of an adapter, and what is to be known of it before it is taken in. */
export function InspectedAdapter({ source }: { readonly source: AdapterSourceInput }) {
  const translate = useTranslate();
  const [reading, setReading] = useState<Reading>({ base: '', fullRank: false });
  const { data, error, isFetching } = useQuery({
    queryKey: ['inspectAdapter', source, reading],
    queryFn: async ({ signal }) => {
      const input = { source, ...readingInput(reading) };
      const { inspectAdapter: answer } = await request(inspectAdapter, { input }, signal);
      return expectType(answer, 'AdapterInspection');
    },
    placeholderData: keepPreviousData,
    // What was sent does not change.
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  return (
    <>
      <Section title={translate('crucible.upload.report')}>
        <Box aria-live="polite" aria-busy={isFetching}>
          {isFetching ? <LinearProgress aria-label={translate('crucible.upload.reading')} sx={{ mb: 2 }} /> : null}
          {error ? <ErrorAlert error={error} /> : null}
          {data && !error ? <InspectionReport inspection={data} /> : null}
        </Box>
      </Section>
      {data ? (
        <ImportForm
          source={source}
          reading={reading}
          blockers={data.blockers.map(({ code }) => code)}
          onReading={setReading}
          disabled={isFetching || error !== null || !data.importable}
        />
      ) : null}
    </>
  );
}

interface ImportFormProps {
  readonly source: AdapterSourceInput;
  readonly reading: Reading;
  /** Codes of what stands in the way. */
  readonly blockers: readonly string[];
  readonly onReading: (reading: Reading) => void;
  readonly disabled: boolean;
}

/** Takes the adapter in, and goes to the page of the job that does. */
function ImportForm({ source, reading, blockers, onReading, disabled }: ImportFormProps) {
  const translate = useTranslate();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const say = (key: string): string => translate(`crucible.upload.${key}`);
  const [name, setName] = useState('');
  const [task, setTask] = useState('');
  const { data: known } = useQuery({
    queryKey: ['bases', 'upload'],
    queryFn: ({ signal }) => request(uploadBases, {}, signal),
  });
  const submit = useMutation({
    mutationFn: async () => {
      const input = {
        source,
        ...(name.trim() ? { name: name.trim() } : {}),
        ...readingInput(reading),
        ...(task ? { task } : {}),
      };
      return expectType((await request(importAdapter, { input })).importAdapter, 'ImportRun');
    },
    onSuccess: ({ id }) => {
      void queries.invalidateQueries({ queryKey: ['jobs'] });
      void navigate(`/jobs/${id}/show`);
    },
  });
  const send = (event: FormEvent): void => {
    event.preventDefault();
    submit.mutate();
  };
  const field = { size: 'small', variant: 'outlined', margin: 'none', fullWidth: true } as const;
  const shrunk = { inputLabel: { shrink: true } };
  const native = { ...shrunk, select: { native: true } };
  return (
    <Section title={say('import')}>
      <Box component="form" onSubmit={send} sx={{ display: 'grid', gap: 2.5, maxWidth: 560 }}>
        <TextField
          {...field}
          id="import-name"
          label={say('name')}
          helperText={say('nameHelp')}
          value={name}
          onChange={(event) => setName(event.target.value)}
          slotProps={shrunk}
        />
        <TextField
          {...field}
          id="import-base"
          select
          label={say('base')}
          helperText={say('baseHelp')}
          value={reading.base}
          onChange={(event) => onReading({ ...reading, base: event.target.value })}
          slotProps={native}
        >
          <option value="">{say('baseOwn')}</option>
          {known?.baseModels.nodes.map((each) => (
            <option key={each.id} value={each.id}>
              {each.name}
            </option>
          ))}
        </TextField>
        <TextField
          {...field}
          id="import-task"
          select
          label={say('task')}
          value={task}
          onChange={(event) => setTask(event.target.value)}
          slotProps={native}
        >
          <option value="">{say('taskNone')}</option>
          {known?.tasks.nodes.map((each) => (
            <option key={each.id} value={each.id}>
              {each.title}
            </option>
          ))}
        </TextField>
        {reading.fullRank || blockers.includes('DORA') ? (
          <FormControlLabel
            label={say('fullRank')}
            control={
              <Checkbox
                size="small"
                checked={reading.fullRank}
                onChange={(_, fullRank) => onReading({ ...reading, fullRank })}
              />
            }
          />
        ) : null}
        {submit.error ? <ErrorAlert error={submit.error} /> : null}
        <Button type="submit" variant="contained" disabled={disabled || submit.isPending} sx={{ justifySelf: 'start' }}>
          {say(submit.isPending ? 'importing' : 'import')}
        </Button>
      </Box>
    </Section>
  );
}
