import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { useTranslate } from 'react-admin';
import { useNavigate } from 'react-router';
import { DownloadList } from '../../fields/download-list';
import { ErrorAlert } from '../../fields/error-alert';
import { Section } from '../../fields/section';
import { expectType } from '../../graphql/expect-type';
import { graphql } from '../../graphql/documents';
import type { ExportDtype, ExportFormat } from '../../graphql/generated/graphql';
import { request } from '../../graphql/request';
import type { AdapterRecord } from '../../provider/row-types';

const exportAdapter = graphql(`
  mutation ExportAdapter($input: ExportAdapterInput!) {
    exportAdapter(input: $input) {
      __typename
      ... on ExportRun {
        id
      }
      ... on Problem {
        code
        message
      }
      ... on InvalidOptions {
        issues {
          message
        }
      }
    }
  }
`);

const FORMATS: readonly ExportFormat[] = ['PEFT', 'MERGED_MODEL'];
const DTYPES: readonly ExportDtype[] = ['F32', 'F16', 'BF16'];
const FIELD = { size: 'small', variant: 'outlined', margin: 'none', fullWidth: false, sx: { minWidth: 180 } } as const;
const SHRUNK = { inputLabel: { shrink: true } };
const NATIVE = { ...SHRUNK, select: { native: true } };

/** Files of the adapter that are there, and how to get it in a form that other programs load. */
export function ExportSection({ adapter }: { readonly adapter: AdapterRecord }) {
  const translate = useTranslate();
  const say = (key: string): string => translate(`resources.adapters.export.${key}`);
  const { safetensors, peft, mergedModel } = adapter.downloads;
  return (
    <Section title={say('title')}>
      <DownloadList files={[safetensors]} />
      {[peft, mergedModel].map((run) =>
        run ? (
          <Box key={run.id} sx={{ mt: 1 }}>
            <Typography variant="subtitle2" component="h3">
              {say(`format.${run.format}`)}
            </Typography>
            <DownloadList files={[...(run.archive ? [run.archive] : []), ...run.files]} />
          </Box>
        ) : null,
      )}
      <ExportForm id={adapter.id} />
    </Section>
  );
}

/** Asks for an export, and goes to the page of the job that makes it. */
function ExportForm({ id }: { readonly id: string }) {
  const translate = useTranslate();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const say = (key: string): string => translate(`resources.adapters.export.${key}`);
  const [format, setFormat] = useState<ExportFormat>('PEFT');
  const [dtype, setDtype] = useState<ExportDtype | ''>('');
  const [maxRank, setMaxRank] = useState('');
  const rank = maxRank.trim() === '' ? undefined : Number(maxRank);
  const isWrong = rank !== undefined && (!Number.isSafeInteger(rank) || rank < 1);
  const submit = useMutation({
    mutationFn: async () => {
      const input = {
        adapter: id,
        format,
        ...(dtype ? { dtype } : {}),
        ...(format === 'PEFT' && rank !== undefined ? { maxRank: rank } : {}),
      };
      return expectType((await request(exportAdapter, { input })).exportAdapter, 'ExportRun');
    },
    onSuccess: (run) => {
      void queries.invalidateQueries({ queryKey: ['jobs'] });
      void navigate(`/jobs/${run.id}/show`);
    },
  });
  const send = (event: FormEvent): void => {
    event.preventDefault();
    submit.mutate();
  };
  return (
    <Box
      component="form"
      noValidate
      onSubmit={send}
      sx={{ mt: 2.5, display: 'flex', gap: 2, flexWrap: 'wrap', alignItems: 'flex-start' }}
    >
      <TextField
        {...FIELD}
        id="export-format"
        select
        label={say('as')}
        value={format}
        onChange={(event) => setFormat(event.target.value as ExportFormat)}
        slotProps={NATIVE}
      >
        {FORMATS.map((each) => (
          <option key={each} value={each}>
            {say(`format.${each}`)}
          </option>
        ))}
      </TextField>
      <TextField
        {...FIELD}
        id="export-dtype"
        select
        label={say('dtype')}
        value={dtype}
        onChange={(event) => setDtype(event.target.value as ExportDtype | '')}
        slotProps={NATIVE}
      >
        <option value="">{say('dtypeKept')}</option>
        {DTYPES.map((each) => (
          <option key={each} value={each}>
            {each}
          </option>
        ))}
      </TextField>
      {format === 'PEFT' ? (
        <TextField
          {...FIELD}
          id="export-rank"
          label={say('maxRank')}
          helperText={say(isWrong ? 'rankWrong' : 'maxRankHelp')}
          error={isWrong}
          value={maxRank}
          onChange={(event) => setMaxRank(event.target.value)}
          slotProps={{ ...SHRUNK, htmlInput: { inputMode: 'numeric' } }}
        />
      ) : null}
      <Button type="submit" variant="outlined" disabled={submit.isPending || isWrong} sx={{ minHeight: 40 }}>
        {say('write')}
      </Button>
      {submit.error ? (
        <Box sx={{ width: '100%' }}>
          <ErrorAlert error={submit.error} />
        </Box>
      ) : null}
    </Box>
  );
}
