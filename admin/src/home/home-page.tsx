import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import LinearProgress from '@mui/material/LinearProgress';
import Typography from '@mui/material/Typography';
import { useQuery } from '@tanstack/react-query';
import { Link, Title, useTranslate } from 'react-admin';
import { Section } from '../fields/section';
import { shareOf } from '../fields/share-of';
import { StateChip } from '../fields/state-chip';
import type { HomeQuery } from '../graphql/generated/graphql';
import { request } from '../graphql/request';
import { JobSubject } from '../resources/jobs/job-subject';
import { Attention } from './attention';
import { BestModels } from './best-models';
import { homeQuery } from './home-query';
import { WayIn } from './way-in';

function Counts({ home }: { readonly home: HomeQuery }) {
  const translate = useTranslate();
  const counts = [
    ['bases', home.baseModels.totalCount],
    ['tasks', home.tasks.totalCount],
    ['adapters', home.adapters.totalCount],
    ['runs', home.fusionRuns.totalCount],
  ] as const;
  return (
    <Box component="ul" sx={{ display: 'flex', flexWrap: 'wrap', gap: 3, m: 0, p: 0, listStyle: 'none' }}>
      {counts.map(([name, count]) => (
        <li key={name}>
          <Typography variant="h5" component="span">
            {count}
          </Typography>{' '}
          <Link to={`/${name}`}>{translate(`resources.${name}.name`, { smart_count: count })}</Link>
        </li>
      ))}
    </Box>
  );
}

function Running({ home }: { readonly home: HomeQuery }) {
  const translate = useTranslate();
  const { active, waiting } = home.system.queue;
  if (active + waiting === 0) return <Typography variant="body2">{translate('crucible.home.idle')}</Typography>;
  return (
    <>
      {home.active.nodes.map((job) => (
        <Box key={job.id} sx={{ mb: 1, display: 'flex', gap: 1, flexWrap: 'wrap' }}>
          <JobSubject job={job} />
          <StateChip state={job.state} share={shareOf(job.progress)} />
        </Box>
      ))}
      <Link to="/jobs">{translate('crucible.home.waiting', { count: waiting })}</Link>
    </>
  );
}

/** What there is, what goes on, what came out best, and what went wrong. */
export default function HomePage() {
  const translate = useTranslate();
  const { data: home, error } = useQuery({
    queryKey: ['home'],
    queryFn: ({ signal }) => request(homeQuery, {}, signal),
  });
  return (
    <Box sx={{ py: 2 }}>
      <Title title="ra.page.dashboard" />
      {error ? <Alert severity="error">{error.message}</Alert> : null}
      {home || error ? null : <LinearProgress aria-label={translate('ra.page.loading')} />}
      {home ? (
        <>
          <Attention home={home} />
          {home.adapters.totalCount === 0 ? <WayIn /> : null}
          <Section title={translate('crucible.home.holds')}>
            <Counts home={home} />
          </Section>
          {home.fusionRuns.totalCount > 0 || home.adapters.totalCount > 0 ? <BestModels home={home} /> : null}
          <Section title={translate('crucible.home.running')}>
            <Running home={home} />
          </Section>
        </>
      ) : null}
    </Box>
  );
}
