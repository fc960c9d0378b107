import Typography from '@mui/material/Typography';
import { useTranslate } from 'react-admin';
import { DownloadList } from '../../fields/download-list';
import { NameLink } from '../../fields/name-link';
import { PlainTable } from '../../fields/plain-table';
import { ScoreTable } from '../../fields/score-table';
import { useFormat } from '../../fields/use-format';
import type { JobRecord } from '../../provider/row-types';
import { InspectionReport } from '../../upload/inspection-report';

/** What a job has made: the adapter, the base, the score, the files. */
export function JobProducts({ job }: { readonly job: JobRecord }) {
  const translate = useTranslate();
  const format = useFormat();
  const nothing = <Typography variant="body2">{translate('resources.jobs.nothing')}</Typography>;
  const adapter = (output: { readonly id: string; readonly name: string } | null) =>
    output ? (
      <NameLink to="adapters" id={output.id}>
        {output.name}
      </NameLink>
    ) : (
      nothing
    );
  switch (job.__typename) {
    case 'FusionRun':
      return (
        <NameLink to="runs" id={job.id}>
          {job.runName ?? job.strategy.title}
        </NameLink>
      );
    case 'Sweep':
      return (
        <NameLink to="sweeps" id={job.id}>
          {job.sweepName ?? job.strategy.title}
        </NameLink>
      );
    case 'Evaluation':
      return job.score ? <ScoreTable scores={[job.score]} /> : nothing;
    case 'TrainingRun':
      return (
        <>
          {adapter(job.output)}
          {job.history.length > 0 ? (
            <PlainTable
              caption={translate('resources.jobs.history')}
              columns={[
                { title: translate('resources.jobs.epoch') },
                { title: translate('resources.jobs.trainingLoss'), numeric: true },
                { title: translate('resources.jobs.validationAccuracy'), numeric: true },
              ]}
              rows={job.history.map(({ epoch, loss, validationAccuracy }) => ({
                id: String(epoch),
                cells: [epoch, format.number(loss), format.percent(validationAccuracy)],
              }))}
            />
          ) : null}
        </>
      );
    case 'ImportRun':
      return (
        <>
          {job.target === 'ADAPTER' ? (
            adapter(job.output)
          ) : job.target === 'TASK' && job.importedTask ? (
            <NameLink to="tasks" id={job.importedTask.id}>
              {job.importedTask.title}
            </NameLink>
          ) : job.importedBase ? (
            <NameLink to="bases" id={job.importedBase.id}>
              {job.importedBase.name}
            </NameLink>
          ) : (
            nothing
          )}
          {job.inspection ? <InspectionReport inspection={job.inspection} /> : null}
        </>
      );
    case 'ExtractionRun':
      return (
        <>
          {adapter(job.output)}
          {job.report ? (
            <Typography variant="body2">
              {translate('resources.jobs.loss', { error: format.number(job.report.relativeError) })}
            </Typography>
          ) : null}
        </>
      );
    case 'ModelFusionRun':
      return (
        <>
          {job.modelOutput ? (
            <NameLink to="bases" id={job.modelOutput.id}>
              {job.modelOutput.name}
            </NameLink>
          ) : (
            nothing
          )}
          <DownloadList files={[...(job.archive ? [job.archive] : []), ...job.files]} />
        </>
      );
    case 'ExportRun':
      return (
        <>
          {job.files.length === 0 ? nothing : null}
          <DownloadList files={[...(job.archive ? [job.archive] : []), ...job.files]} />
          {job.loss ? (
            <Typography variant="body2">
              {translate('resources.jobs.loss', { error: format.number(job.loss.relativeError) })}
            </Typography>
          ) : null}
        </>
      );
    case 'StatisticsRun':
      return (
        <NameLink to="adapters" id={job.measured.id}>
          {job.measured.name}
        </NameLink>
      );
    case 'Experiment':
      return job.results.length > 0 ? <DownloadList files={job.results} /> : nothing;
    default:
      return 'data' in job && job.data ? (
        <DownloadList
          files={[
            { name: 'CSV', url: job.data.csv, sizeBytes: null },
            { name: 'JSON', url: job.data.json, sizeBytes: null },
          ]}
        />
      ) : (
        nothing
      );
  }
}
