import Alert from '@mui/material/Alert';
import { Link, useTranslate } from 'react-admin';
import { NameLink } from '../fields/name-link';
import { Section } from '../fields/section';
import { useFormat } from '../fields/use-format';
import type { HomeQuery } from '../graphql/generated/graphql';
import { describeJob, jobPage } from '../resources/jobs/job-subject';

/** Less free space than this is told before a fusion fails for want of it. */
const LOW_BYTES = 2e9;
const WRAPPED = { mb: 1, '& .MuiAlert-message': { minWidth: 0, overflowWrap: 'anywhere' } } as const;

/** What somebody has to look at: plugins that cannot be used, jobs that failed, a disk that fills. Nothing where all is well. */
export function Attention({ home }: { readonly home: HomeQuery }) {
  const translate = useTranslate();
  const format = useFormat();
  const broken = home.plugins.filter(({ status }) => status !== 'LOADED');
  const { freeBytes } = home.system.storage;
  const isFull = Number(freeBytes) < LOW_BYTES;
  if (broken.length + home.failed.totalCount === 0 && !isFull) return null;
  const more = home.failed.totalCount - home.failed.nodes.length;
  return (
    <Section title={translate('crucible.home.attention')}>
      {isFull ? (
        <Alert severity="warning" sx={WRAPPED}>
          {translate('crucible.home.full', { free: format.bytes(freeBytes) })}
        </Alert>
      ) : null}
      {broken.map(({ id, name, status, problemMessage }) => (
        <Alert key={id} severity="warning" sx={WRAPPED}>
          <NameLink to="plugins" id={id}>
            {`${name}: ${translate(`resources.plugins.status.${status}`)}`}
          </NameLink>
          <div>{problemMessage}</div>
        </Alert>
      ))}
      {home.failed.nodes.map((job) => (
        <Alert key={job.id} severity="error" sx={WRAPPED}>
          <NameLink to={jobPage(job)} id={job.id}>
            {translate('crucible.home.failed', { name: describeJob(job, translate) })}
          </NameLink>
          <div>{job.problem?.message}</div>
        </Alert>
      ))}
      {more > 0 ? (
        <Link to={`/jobs?filter=${encodeURIComponent(JSON.stringify({ states: ['FAILED'] }))}`}>
          {translate('crucible.home.moreFailed', { smart_count: more })}
        </Link>
      ) : null}
    </Section>
  );
}
