import { useRecordContext, useTranslate } from 'react-admin';
import { Facts } from '../../fields/facts';
import { secondsBetween } from '../../fields/format';
import { useFormat } from '../../fields/use-format';
import { LogSection } from '../../fields/log-section';
import { NameLink } from '../../fields/name-link';
import { ProblemAlert } from '../../fields/problem-alert';
import { ScoreTable } from '../../fields/score-table';
import { Section } from '../../fields/section';
import { shareOf } from '../../fields/share-of';
import { StateChip } from '../../fields/state-chip';
import type { RunRecord } from '../../provider/row-types';
import { RunButtons } from '../../run/run-buttons';
import { RunDetails } from '../../run/run-details';
import { RunProgress } from '../../run/run-progress';
import { RunRepeat } from '../../run/run-repeat';
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
  return (
    <>
      <ProblemAlert problem={run.problem} />
      <RunButtons run={run} />
      <RunProgress run={run} />
      <Section title={translate('resources.runs.facts')}>
        <Facts
          facts={[
            { label: label('state'), value: <StateChip state={run.state} share={shareOf(run.progress)} /> },
            {
              label: label('strategy'),
              value: (
                <>
                  <NameLink to="strategies" id={run.strategy.id}>
                    {run.strategy.title}
                  </NameLink>{' '}
                  {run.strategyVersion}
                </>
              ),
            },
            ...(run.sweep
              ? [
                  {
                    label: label('sweep'),
                    value: (
                      <NameLink to="sweeps" id={run.sweep.id}>
                        {run.sweep.name ?? translate('resources.runs.pointOfSweep')}
                      </NameLink>
                    ),
                  },
                ]
              : []),
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
      <RunDetails id={run.id} />
      <RunRepeat id={run.id} />
      <LogSection log={run.log} />
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
