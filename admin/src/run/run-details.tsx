import Box from '@mui/material/Box';
import Link from '@mui/material/Link';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import Typography from '@mui/material/Typography';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslate } from 'react-admin';
import { NameLink } from '../fields/name-link';
import { Section } from '../fields/section';
import { useFormat } from '../fields/use-format';
import { request } from '../graphql/request';
import { runDetails } from './documents';

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
          head={[say('adapter'), say('weight'), say('digest')]}
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
      {run.timings.length > 0 ? (
        <Section title={say('timings')}>
          <PlainTable
            caption={say('timings')}
            head={[say('phase'), say('seconds')]}
            rows={run.timings.map(({ phase, seconds }) => ({ id: phase, cells: [phase, format.seconds(seconds)] }))}
          />
        </Section>
      ) : null}
      <Section title={say('downloads')}>
        {run.outputs.length === 0 ? <Typography variant="body2">{say('noDownloads')}</Typography> : null}
        <Box component="ul" sx={{ m: 0, pl: 2.5 }}>
          {run.outputs.map(({ id: output, downloads: { safetensors } }) => (
            <li key={output}>
              <Link href={safetensors.url} download underline="always">
                {safetensors.name}
              </Link>{' '}
              ({format.bytes(safetensors.sizeBytes)})
            </li>
          ))}
        </Box>
      </Section>
    </>
  );
}

interface PlainTableProps {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly { readonly id: string; readonly cells: readonly ReactNode[] }[];
}

function PlainTable({ caption, head, rows }: PlainTableProps) {
  return (
    <Box sx={{ overflowX: 'auto' }} tabIndex={0} role="region" aria-label={caption}>
      <Table size="small">
        <TableHead>
          <TableRow>
            {head.map((title) => (
              <TableCell key={title}>{title}</TableCell>
            ))}
          </TableRow>
        </TableHead>
        <TableBody>
          {rows.map(({ id, cells }) => (
            <TableRow key={id}>
              {cells.map((cell, index) => (
                <TableCell key={head[index]}>{cell}</TableCell>
              ))}
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </Box>
  );
}
