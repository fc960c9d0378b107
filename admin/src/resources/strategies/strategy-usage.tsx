import FuseIcon from '@mui/icons-material/CallMerge';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useQuery } from '@tanstack/react-query';
import { Link, useTranslate } from 'react-admin';
import { Link as RouterLink } from 'react-router';
import { NameLink } from '../../fields/name-link';
import { PlainTable } from '../../fields/plain-table';
import { Section } from '../../fields/section';
import { StateChip } from '../../fields/state-chip';
import { useFormat } from '../../fields/use-format';
import { graphql } from '../../graphql/documents';
import { request } from '../../graphql/request';
import { useRunName } from '../runs/run-name';

const strategyUsage = graphql(`
  query StrategyUsage($keys: [String!]!) {
    fusionRuns(first: 8, filter: { strategies: $keys }) {
      totalCount
      nodes {
        id
        name
        seed
        state
        meanScore
        worstScore
        createdAt
        strategy {
          title
        }
      }
    }
  }
`);

/** The newest runs of a strategy, a link to all of them, and the way to a new one. */
export function StrategyUsage({
  strategyKey,
  available,
}: {
  readonly strategyKey: string;
  readonly available: boolean;
}) {
  const translate = useTranslate();
  const format = useFormat();
  const nameOf = useRunName();
  const { data } = useQuery({
    queryKey: ['runs', 'usage', strategyKey],
    queryFn: ({ signal }) => request(strategyUsage, { keys: [strategyKey] }, signal),
  });
  const say = (key: string, values = {}): string => translate(`resources.strategies.usage.${key}`, values);
  const field = (name: string): string => translate(`resources.runs.fields.${name}`);
  const runs = data?.fusionRuns;
  return (
    <Section title={say('title')}>
      {runs?.totalCount === 0 ? <Typography variant="body2">{say('none')}</Typography> : null}
      {runs && runs.totalCount > 0 ? (
        <>
          <PlainTable
            caption={say('title')}
            columns={[
              { title: field('name') },
              { title: field('state') },
              { title: field('meanScore'), numeric: true },
              { title: field('worstScore'), numeric: true },
              { title: field('createdAt') },
            ]}
            rows={runs.nodes.map((run) => ({
              id: run.id,
              cells: [
                <NameLink key="name" to="runs" id={run.id}>
                  {nameOf(run)}
                </NameLink>,
                <StateChip key="state" state={run.state} />,
                format.percent(run.meanScore),
                format.percent(run.worstScore),
                format.moment(run.createdAt),
              ],
            }))}
          />
          <Box sx={{ mt: 1 }}>
            <Link to={`/runs?filter=${encodeURIComponent(JSON.stringify({ strategies: [strategyKey] }))}`}>
              {say('all', { smart_count: runs.totalCount })}
            </Link>
          </Box>
        </>
      ) : null}
      {available ? (
        <Button
          variant="outlined"
          startIcon={<FuseIcon />}
          component={RouterLink}
          to={`/fuse?strategy=${strategyKey}`}
          sx={{ mt: 2 }}
        >
          {say('fuse')}
        </Button>
      ) : null}
    </Section>
  );
}
