import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import LinearProgress from '@mui/material/LinearProgress';
import Typography from '@mui/material/Typography';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslate } from 'react-admin';
import { BarTable } from '../../fields/bar-table';
import { ErrorAlert } from '../../fields/error-alert';
import { PlainTable } from '../../fields/plain-table';
import { Section } from '../../fields/section';
import { useFormat } from '../../fields/use-format';
import { expectType } from '../../graphql/expect-type';
import { graphql } from '../../graphql/documents';
import { request } from '../../graphql/request';

const adapterNorms = graphql(`
  query AdapterNorms($adapters: [ID!]!) {
    similarity(adapters: $adapters, signRows: 0) {
      __typename
      ... on SimilarityReport {
        adapters {
          norm
        }
        layers {
          stack
          index
          energies
        }
        modules {
          module
          inFeatures
          outFeatures
          updates {
            norm
            rank
            effectiveRank
            stableRank
          }
        }
      }
      ... on Problem {
        code
        message
      }
    }
  }
`);

/** Adapters of so many numbers are read in a moment; larger ones when somebody asks. */
const READ_AT_ONCE = 20_000_000;

interface NormsSectionProps {
  readonly id: string;
  readonly parameterCount: string;
}

/** How far the adapter moves each layer, and each module in them. */
export function NormsSection({ id, parameterCount }: NormsSectionProps) {
  const translate = useTranslate();
  const format = useFormat();
  const [wanted, setWanted] = useState(Number(parameterCount) <= READ_AT_ONCE);
  const { data, error, isFetching } = useQuery({
    queryKey: ['adapterNorms', id],
    queryFn: async ({ signal }) => {
      const { similarity } = await request(adapterNorms, { adapters: [id] }, signal);
      return expectType(similarity, 'SimilarityReport');
    },
    enabled: wanted,
    // An adapter does not change.
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const say = (key: string, values = {}): string => translate(`resources.adapters.norms.${key}`, values);
  return (
    <Section title={say('title')}>
      {wanted ? null : (
        <Button variant="outlined" onClick={() => setWanted(true)}>
          {say('compute')}
        </Button>
      )}
      {isFetching ? <LinearProgress aria-label={say('title')} /> : null}
      {error ? <ErrorAlert error={error} /> : null}
      {data ? (
        <>
          <Typography variant="body2" sx={{ mb: 1 }}>
            {say('total', { norm: format.number(data.adapters[0]?.norm) })}
          </Typography>
          {data.layers.length > 0 ? (
            <BarTable
              caption={say('byLayer')}
              columns={[say('layer'), say('norm')]}
              rows={data.layers.map(({ stack, index, energies }) => {
                const norm = Math.sqrt(energies[0] ?? 0);
                return {
                  key: `${stack} ${index}`,
                  name: `${stack}.${index}`,
                  value: norm,
                  text: format.number(norm, 3),
                };
              })}
            />
          ) : null}
          <Box sx={{ mt: 2 }}>
            <PlainTable
              caption={say('byModule')}
              maxHeight={320}
              columns={[
                { title: say('module') },
                { title: say('shape'), numeric: true },
                { title: say('norm'), numeric: true },
                { title: say('rank'), numeric: true },
                { title: say('effectiveRank'), numeric: true },
                { title: say('stableRank'), numeric: true },
              ]}
              rows={data.modules.map(({ module, inFeatures, outFeatures, updates: [update] }) => ({
                id: module,
                cells: [
                  module,
                  `${outFeatures} × ${inFeatures}`,
                  format.number(update?.norm, 3),
                  update?.rank,
                  format.number(update?.effectiveRank, 3),
                  format.number(update?.stableRank, 3),
                ],
              }))}
            />
          </Box>
        </>
      ) : null}
    </Section>
  );
}
