import { useQuery } from '@tanstack/react-query';
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { Link, Title, useTranslate } from 'react-admin';
import { NameLink } from '../fields/name-link';
import { Section } from '../fields/section';
import { StateChip } from '../fields/state-chip';
import { useFormat } from '../fields/use-format';
import type { HomeQuery } from '../graphql/generated/graphql';
import { request } from '../graphql/request';
import { useRunName } from '../resources/runs/run-name';
import { bestRuns } from './best-runs';
import { homeQuery } from './home-query';

/** How many groups of tasks have their best model shown. */
const BEST = 5;

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
  const nameOf = useRunName();
  const { active, waiting } = home.system.queue;
  if (active + waiting === 0) return <Typography>{translate('crucible.home.idle')}</Typography>;
  return (
    <>
      {home.active.nodes.map((run) => (
        <Box key={run.id} sx={{ mb: 1, display: 'flex', gap: 1, flexWrap: 'wrap' }}>
          <NameLink to="runs" id={run.id}>
            {nameOf(run)}
          </NameLink>
          <StateChip
            state={run.state}
            share={run.progress && run.progress.total > 0 ? run.progress.done / run.progress.total : undefined}
          />
        </Box>
      ))}
      <Link to="/jobs">{translate('crucible.home.waiting', { count: waiting })}</Link>
    </>
  );
}

function Best({ home }: { readonly home: HomeQuery }) {
  const translate = useTranslate();
  const nameOf = useRunName();
  const format = useFormat();
  const best = bestRuns(home.scored.nodes).slice(0, BEST);
  if (best.length === 0) return <Typography>{translate('crucible.home.none')}</Typography>;
  return (
    <>
      <Typography variant="body2" color="text.secondary" sx={{ mb: 1 }}>
        {translate('crucible.home.bestHelp')}
      </Typography>
      {best.map(({ run, tasks }) => (
        <Box key={run.id} sx={{ mb: 1 }}>
          <NameLink to="runs" id={run.id}>
            {nameOf(run)}
          </NameLink>
          <Typography variant="body2">
            {[
              `${translate('crucible.home.mean')} ${format.percent(run.meanScore)}`,
              `${translate('crucible.home.worst')} ${format.percent(run.worstScore)}`,
              translate('crucible.home.tasks', { smart_count: tasks }),
              translate(`crucible.split.${run.evaluationSplit}`),
            ].join(' · ')}
          </Typography>
        </Box>
      ))}
      <Link to="/compare">{translate('crucible.compare.menu')}</Link>
    </>
  );
}

function Attention({ home }: { readonly home: HomeQuery }) {
  const translate = useTranslate();
  const nameOf = useRunName();
  const plugins = home.system.plugins.failed + home.system.plugins.incompatible;
  if (plugins + home.failed.totalCount === 0) return null;
  return (
    <Section title={translate('crucible.home.attention')}>
      {plugins > 0 ? (
        <Alert severity="warning" sx={{ mb: 1 }}>
          <Link to="/plugins">{translate('crucible.home.plugins', { count: plugins })}</Link>
        </Alert>
      ) : null}
      {home.failed.nodes.map((run) => (
        <Alert key={run.id} severity="error" sx={{ mb: 1 }}>
          <NameLink to="runs" id={run.id}>
            {translate('crucible.home.failed', { name: nameOf(run) })}
          </NameLink>
          <div>{run.problem?.message}</div>
        </Alert>
      ))}
    </Section>
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
      {home ? (
        <>
          <Attention home={home} />
          <Section title={translate('crucible.home.holds')}>
            <Counts home={home} />
            {home.adapters.totalCount === 0 ? <p>{translate('crucible.home.empty')}</p> : null}
          </Section>
          <Section title={translate('crucible.home.best')}>
            <Best home={home} />
          </Section>
          <Section title={translate('crucible.home.running')}>
            <Running home={home} />
          </Section>
        </>
      ) : null}
    </Box>
  );
}
