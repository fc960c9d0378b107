import { useRecordContext, useTranslate } from 'react-admin';
import type { ReactNode } from 'react';
import { JobButtons } from '../../actions/job-buttons';
import { Facts } from '../../fields/facts';
import { NONE, secondsBetween } from '../../fields/format';
import { LogSection } from '../../fields/log-section';
import { NameLink } from '../../fields/name-link';
import { PlainTable } from '../../fields/plain-table';
import { ProblemAlert } from '../../fields/problem-alert';
import { Section } from '../../fields/section';
import { shareOf } from '../../fields/share-of';
import { StateChip } from '../../fields/state-chip';
import { useFormat } from '../../fields/use-format';
import type { JobRecord } from '../../provider/row-types';
import { RunProgress } from '../../run/run-progress';
import { RecordShow } from '../../tables/record-show';
import { JobProducts } from './job-products';
import { describeJob, kindOfJob } from './job-subject';

function JobTitle() {
  const job = useRecordContext<JobRecord>();
  const translate = useTranslate();
  return job ? <span>{describeJob(job, translate)}</span> : null;
}

interface Link {
  readonly label: string;
  readonly to: string;
  readonly record: { readonly id: string; readonly name: string };
}

/** What a job works on. */
function inputsOf(job: JobRecord): readonly Link[] {
  const to = (resource: string, id: string, name: string): Link => ({
    label: `resources.${resource}.name`,
    to: resource,
    record: { id, name },
  });
  switch (job.__typename) {
    case 'Evaluation':
      return [
        ...(job.adapter ? [to('adapters', job.adapter.id, job.adapter.name)] : []),
        to('bases', job.base.id, job.base.name),
        to('tasks', job.task.id, job.task.title),
        ...(job.run ? [to('runs', job.run.id, job.run.name ?? job.run.strategy.title)] : []),
      ];
    case 'TrainingRun':
      return [
        to('tasks', job.task.id, job.task.title),
        ...(job.frame ? [to('frames', job.frame.id, job.frame.name)] : []),
      ];
    case 'ExportRun':
      return [to('adapters', job.exported.id, job.exported.name)];
    case 'ImportRun':
      return job.importedTask ? [to('tasks', job.importedTask.id, job.importedTask.title)] : [];
    case 'StatisticsRun':
      return [to('adapters', job.measured.id, job.measured.name), to('tasks', job.task.id, job.task.title)];
    default:
      return 'analysed' in job
        ? job.analysed.flatMap(({ name, adapter }) => (adapter ? [to('adapters', adapter.id, name)] : []))
        : [];
  }
}

function JobPage() {
  const job = useRecordContext<JobRecord>();
  const translate = useTranslate();
  const format = useFormat();
  if (!job) return null;
  const label = (name: string): string => translate(`resources.jobs.fields.${name}`);
  const facts: readonly { readonly label: string; readonly value: ReactNode }[] = [
    { label: label('kind'), value: kindOfJob(job, translate) },
    { label: label('state'), value: <StateChip state={job.state} share={shareOf(job.progress)} /> },
    ...inputsOf(job).map(({ label: name, to, record }) => ({
      label: translate(name, { smart_count: 1 }),
      value: (
        <NameLink to={to} id={record.id}>
          {record.name}
        </NameLink>
      ),
    })),
    { label: label('createdAt'), value: format.moment(job.createdAt) },
    { label: label('startedAt'), value: format.moment(job.startedAt) },
    { label: label('finishedAt'), value: format.moment(job.finishedAt) },
    { label: label('took'), value: format.seconds(secondsBetween(job.startedAt, job.finishedAt)) },
    { label: label('attempt'), value: job.attempt },
    { label: label('backend'), value: job.backend?.name ?? NONE },
    { label: label('peakMemory'), value: format.bytes(job.peakMemoryBytes) },
  ];
  return (
    <>
      <ProblemAlert problem={job.problem} />
      <JobButtons job={job} />
      <RunProgress run={job} />
      <Section title={translate('resources.jobs.facts')}>
        <Facts facts={facts} />
      </Section>
      <Section title={translate('resources.jobs.made')}>
        <JobProducts job={job} />
      </Section>
      {job.timings.length > 0 ? (
        <Section title={translate('resources.jobs.timings')}>
          <PlainTable
            caption={translate('resources.jobs.timings')}
            columns={[{ title: label('phase') }, { title: label('took'), numeric: true }]}
            rows={job.timings.map(({ phase, seconds }) => ({ id: phase, cells: [phase, format.seconds(seconds)] }))}
          />
        </Section>
      ) : null}
      <LogSection log={job.log} />
    </>
  );
}

/** Any job: how it goes, what it works on, what it made. */
export default function JobShow() {
  return (
    <RecordShow title={<JobTitle />}>
      <JobPage />
    </RecordShow>
  );
}
