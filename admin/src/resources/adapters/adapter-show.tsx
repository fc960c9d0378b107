import Box from '@mui/material/Box';
import Link from '@mui/material/Link';
import { useRecordContext, useTranslate } from 'react-admin';
import { Facts } from '../../fields/facts';
import { useFormat } from '../../fields/use-format';
import { NameLink } from '../../fields/name-link';
import { ScoreTable } from '../../fields/score-table';
import { Section } from '../../fields/section';
import type { AdapterRecord } from '../../provider/row-types';
import { RecordShow } from '../../tables/record-show';

function AdapterTitle() {
  return <span>{useRecordContext<AdapterRecord>()?.name}</span>;
}

/** Where it comes from: the run that fused it with what went in, the training, or the file. */
function Source({ provenance }: Pick<AdapterRecord, 'provenance'>) {
  const format = useFormat();
  if (provenance?.__typename === 'FusedBy') {
    const { run } = provenance;
    return (
      <>
        <NameLink to="runs" id={run.id}>
          {run.name ?? run.id}
        </NameLink>
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
      </>
    );
  }
  if (provenance?.__typename === 'TrainedBy') return <>{provenance.training.name}</>;
  return <>{provenance?.__typename === 'ImportedFrom' ? `${provenance.workspace} / ${provenance.file}` : '–'}</>;
}

function AdapterPage() {
  const adapter = useRecordContext<AdapterRecord>();
  const translate = useTranslate();
  const format = useFormat();
  if (!adapter) return null;
  const label = (name: string): string => translate(`resources.adapters.fields.${name}`);
  const { safetensors } = adapter.downloads;
  return (
    <>
      <Section title={translate('resources.adapters.facts')}>
        <Facts
          facts={[
            { label: label('method'), value: adapter.method },
            {
              label: label('task'),
              value: adapter.task ? (
                <NameLink to="tasks" id={adapter.task.id}>
                  {adapter.task.title}
                </NameLink>
              ) : (
                '–'
              ),
            },
            { label: label('base'), value: adapter.base.name },
            { label: label('rank'), value: adapter.rank },
            { label: label('scale'), value: format.number(adapter.scale) },
            { label: label('parameters'), value: format.number(Number(adapter.parameterCount), 12) },
            { label: label('size'), value: format.bytes(adapter.sizeBytes) },
            { label: label('frame'), value: adapter.frame?.name ?? '–' },
            { label: label('createdAt'), value: format.moment(adapter.createdAt) },
            { label: label('modules'), value: adapter.targetModules.length },
            { label: label('digest'), value: adapter.digest },
            {
              label: label('file'),
              value: <Link href={safetensors.url}>{translate('resources.adapters.download')}</Link>,
            },
          ]}
        />
      </Section>
      <Section title={translate('resources.adapters.origin')}>
        <Source provenance={adapter.provenance} />
      </Section>
      <Section title={translate('crucible.score.caption')}>
        <ScoreTable scores={adapter.scores} />
      </Section>
      {adapter.fusionRuns.length > 0 ? (
        <Section title={translate('resources.adapters.usedIn')}>
          <Box component="ul" sx={{ m: 0, pl: 2.5 }}>
            {adapter.fusionRuns.map(({ id, name }) => (
              <li key={id}>
                <NameLink to="runs" id={id}>
                  {name ?? id}
                </NameLink>
              </li>
            ))}
          </Box>
        </Section>
      ) : null}
    </>
  );
}

export default function AdapterShow() {
  return (
    <RecordShow title={<AdapterTitle />}>
      <AdapterPage />
    </RecordShow>
  );
}
