import { useRecordContext, useTranslate } from 'react-admin';
import { EvaluateSection } from '../../evaluate/evaluate-section';
import { Facts } from '../../fields/facts';
import { useFormat } from '../../fields/use-format';
import { NameLink } from '../../fields/name-link';
import { ScoreTable } from '../../fields/score-table';
import { Section } from '../../fields/section';
import type { AdapterRecord } from '../../provider/row-types';
import { RecordShow } from '../../tables/record-show';
import { AdapterButtons } from './adapter-buttons';
import { ExportSection } from './export-section';
import { LineageSection } from './lineage-section';
import { NormsSection } from './norms-section';

function AdapterTitle() {
  return <span>{useRecordContext<AdapterRecord>()?.name}</span>;
}

/** Where it comes from: the run that fused it, the training, the extraction, or the file. */
function Source({ provenance }: Pick<AdapterRecord, 'provenance'>) {
  switch (provenance?.__typename) {
    case 'FusedBy':
      return (
        <NameLink to="runs" id={provenance.run.id}>
          {provenance.run.name ?? provenance.run.id}
        </NameLink>
      );
    case 'TrainedBy':
      return (
        <NameLink to="jobs" id={provenance.training.id}>
          {provenance.training.name}
        </NameLink>
      );
    case 'ExtractedBy':
      return (
        <NameLink to="jobs" id={provenance.extraction.id}>
          {provenance.extraction.name}
        </NameLink>
      );
    case 'ImportedFrom':
      return <>{`${provenance.workspace} / ${provenance.file}`}</>;
    default:
      return <>–</>;
  }
}

function AdapterPage() {
  const adapter = useRecordContext<AdapterRecord>();
  const translate = useTranslate();
  const format = useFormat();
  if (!adapter) return null;
  const label = (name: string): string => translate(`resources.adapters.fields.${name}`);
  return (
    <>
      <AdapterButtons id={adapter.id} />
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
            {
              label: label('base'),
              value: (
                <NameLink to="bases" id={adapter.base.id}>
                  {adapter.base.name}
                </NameLink>
              ),
            },
            { label: label('rank'), value: adapter.rank },
            { label: label('scale'), value: format.number(adapter.scale) },
            { label: label('parameters'), value: format.number(Number(adapter.parameterCount), 12) },
            { label: label('size'), value: format.bytes(adapter.sizeBytes) },
            {
              label: label('frame'),
              value: adapter.frame ? (
                <NameLink to="frames" id={adapter.frame.id}>
                  {adapter.frame.name}
                </NameLink>
              ) : (
                '–'
              ),
            },
            { label: label('createdAt'), value: format.moment(adapter.createdAt) },
            { label: label('modules'), value: adapter.targetModules.length },
            { label: label('digest'), value: adapter.digest },
            { label: label('origin'), value: <Source provenance={adapter.provenance} /> },
          ]}
        />
      </Section>
      <Section title={translate('crucible.score.caption')}>
        <ScoreTable scores={adapter.scores} />
      </Section>
      <LineageSection id={adapter.id} />
      <NormsSection id={adapter.id} parameterCount={adapter.parameterCount} />
      <EvaluateSection model={{ adapter: adapter.id }} base={adapter.base.id} />
      <ExportSection adapter={adapter} />
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
