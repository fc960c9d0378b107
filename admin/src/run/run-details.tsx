import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useQuery } from '@tanstack/react-query';
import { useTranslate } from 'react-admin';
import { DownloadList } from '../fields/download-list';
import { NameLink } from '../fields/name-link';
import { PlainTable } from '../fields/plain-table';
import { Section } from '../fields/section';
import { useFormat } from '../fields/use-format';
import { request } from '../graphql/request';
import { runDetails } from './documents';
import { RunSearch } from './run-search';

/** Inputs by digest, timings and downloads of a run; read again whenever it changes. */
export function RunDetails({ id }: { readonly id: string }) {
  const translate = useTranslate();
  const format = useFormat();
  const { data } = useQuery({
    queryKey: ['runs', 'details', id],
    queryFn: ({ signal }) => request(runDetails, { id }, signal),
  });
  const run = data?.node?.__typename === 'FusionRun' ? data.node : undefined;
  if (!run) return null;
  const say = (key: string): string => translate(`crucible.run.${key}`);
  return (
    <>
      <Section title={say('inputs')}>
        <PlainTable
          caption={say('inputs')}
          columns={[{ title: say('adapter') }, { title: say('weight'), numeric: true }, { title: say('digest') }]}
          rows={run.members.map(({ id: member, adapter, weight }) => ({
            id: member,
            cells: [
              <NameLink key="name" to="adapters" id={adapter.id}>
                {adapter.name}
              </NameLink>,
              format.number(weight),
              <Box key="digest" component="code" sx={{ overflowWrap: 'anywhere' }}>
                {adapter.digest}
              </Box>,
            ],
          }))}
        />
      </Section>
      <RunSearch run={run} />
      {run.timings.length > 0 ? (
        <Section title={say('timings')}>
          <PlainTable
            caption={say('timings')}
            columns={[{ title: say('phase') }, { title: say('seconds'), numeric: true }]}
            rows={run.timings.map(({ phase, seconds }) => ({ id: phase, cells: [phase, format.seconds(seconds)] }))}
          />
        </Section>
      ) : null}
      <Section title={say('downloads')}>
        {run.outputs.length === 0 ? <Typography variant="body2">{say('noDownloads')}</Typography> : null}
        <DownloadList files={run.outputs.map(({ downloads: { safetensors } }) => safetensors)} />
      </Section>
    </>
  );
}
