import { useTranslate } from 'react-admin';
import { NameLink } from '../../fields/name-link';
import type { JobSubjectFragment } from '../../graphql/generated/graphql';

type Say = (key: string, values?: Readonly<Record<string, string>>) => string;

/** The kind of a job in the language of the page; a kind that came after this page was written, by its type. */
export function kindOfJob({ __typename }: { readonly __typename: string }, translate: Say): string {
  return translate(`resources.jobs.kind.${__typename}`, { _: __typename });
}

/** What a job is about, in a few words. */
export function describeJob(job: JobSubjectFragment, translate: Say): string {
  switch (job.__typename) {
    case 'FusionRun':
      return job.runName ?? job.strategy.title;
    case 'Sweep':
      return job.sweepName ?? translate('resources.sweeps.unnamed', { strategy: job.strategy.title });
    case 'Evaluation':
      return translate('resources.jobs.of', {
        model: job.adapter?.name ?? job.base.name,
        task: job.task.title,
        split: translate(`crucible.split.${job.split}`),
      });
    case 'TrainingRun':
      return job.trainingName;
    case 'ImportRun':
      return job.importName;
    case 'ExtractionRun':
      return job.extractionName;
    case 'ModelFusionRun':
      return job.modelName;
    case 'Experiment':
      return job.experimentName ?? kindOfJob(job, translate);
    case 'ExportRun':
      return `${job.exported.name}, ${job.format}`;
    case 'StatisticsRun':
      return `${job.measured.name}, ${job.kind}`;
    default:
      return ('analysisName' in job ? job.analysisName : undefined) ?? kindOfJob(job, translate);
  }
}

/** Fusions and sweeps have pages of their own; the others the page of a job. */
export const jobPage = ({ __typename }: Pick<JobSubjectFragment, '__typename'>): string =>
  __typename === 'FusionRun' ? 'runs' : __typename === 'Sweep' ? 'sweeps' : 'jobs';

/** What a job is about, as a link to its page. */
export function JobSubject({ job }: { readonly job: JobSubjectFragment }) {
  const translate = useTranslate();
  return (
    <NameLink to={jobPage(job)} id={job.id}>
      {describeJob(job, translate)}
    </NameLink>
  );
}
