import Alert from '@mui/material/Alert';
import AlertTitle from '@mui/material/AlertTitle';
import Box from '@mui/material/Box';
import { useRecordContext, useTranslate } from 'react-admin';
import { Facts } from '../../fields/facts';
import { secondsBetween } from '../../fields/format';
import { useFormat } from '../../fields/use-format';
import { NameLink } from '../../fields/name-link';
import { ScoreTable } from '../../fields/score-table';
import { Section } from '../../fields/section';
import { StateChip } from '../../fields/state-chip';
import type { RunRecord } from '../../provider/row-types';
import { useRunName } from './run-name';
import { RecordShow } from '../../tables/record-show';

function RunTitle() {
  const run = useRecordContext<RunRecord>();
  const nameOf = useRunName();
  return run ? <span>{nameOf(run)}</span> : null;
}

function RunPage() {
  const run = useRecordContext<RunRecord>();
  const translate = useTranslate();
  const format = useFormat();
  if (!run) return null;
  const label = (name: string): string => translate(`resources.runs.fields.${name}`);
  const share = run.progress && run.progress.total > 0 ? run.progress.done / run.progress.total : undefined;
  return (
    <>
      {run.problem ? (
        <Alert severity="error" sx={{ mb: 2 }}>
          <AlertTitle>{run.problem.code}</AlertTitle>
          {run.problem.message}
          {run.problem.remedy ? (
            <div>{translate('crucible.problem.remedy', { remedy: run.problem.remedy })}</div>
          ) : null}
        </Alert>
      ) : null}
      <Section title={translate('resources.runs.facts')}>
        <Facts
          facts={[
            { label: label('state'), value: <StateChip state={run.state} share={share} /> },
            { label: label('strategy'), value: `${run.strategy.title} ${run.strategyVersion}` },
            { label: label('space'), value: translate(`crucible.space.${run.space}`) },
            { label: label('seed'), value: run.seed },
            { label: label('createdAt'), value: format.moment(run.createdAt) },
            { label: label('took'), value: format.seconds(secondsBetween(run.startedAt, run.finishedAt)) },
            {
              label: label('output'),
              value: run.output ? (
                <NameLink to="adapters" id={run.output.id}>
                  {run.output.name}
                </NameLink>
              ) : (
                '–'
              ),
            },
            { label: label('backend'), value: run.backend?.name ?? '–' },
            { label: label('peakMemory'), value: format.bytes(run.peakMemoryBytes) },
            { label: label('fingerprint'), value: run.fingerprint },
          ]}
        />
      </Section>
      <Section title={translate('resources.runs.members')}>
        <Box component="ul" sx={{ m: 0, pl: 2.5 }}>
          {run.members.map(({ id, weight, adapter }) => (
            <li key={id}>
              <NameLink to="adapters" id={adapter.id}>
                {adapter.name}
              </NameLink>{' '}
              × {format.number(weight)}
            </li>
          ))}
        </Box>
      </Section>
      <Section title={translate('crucible.score.caption')}>
        <ScoreTable scores={run.scores} />
      </Section>
      {run.fidelity ? (
        <Section title={translate('resources.runs.fidelity')}>
          <Facts
            facts={[
              { label: translate('resources.runs.exact'), value: translate(`ra.boolean.${run.fidelity.exact}`) },
              { label: label('relativeError'), value: format.number(run.fidelity.relativeError) },
              { label: label('retainedEnergy'), value: format.number(run.fidelity.retainedEnergy) },
              { label: label('outputRank'), value: run.fidelity.outputRank },
            ]}
          />
        </Section>
      ) : null}
      {run.log.length > 0 ? (
        <Section title={translate('resources.runs.log')}>
          <Box component="pre" tabIndex={0} sx={{ m: 0, overflow: 'auto', maxHeight: 320, fontSize: 12 }}>
            {run.log.join('\n')}
          </Box>
        </Section>
      ) : null}
    </>
  );
}

export default function RunShow() {
  return (
    <RecordShow title={<RunTitle />}>
      <RunPage />
    </RecordShow>
  );
}
