import Box from '@mui/material/Box';
import { Link, useRecordContext, useTranslate } from 'react-admin';
import { EvaluateSection } from '../../evaluate/evaluate-section';
import { Facts } from '../../fields/facts';
import { LinkList } from '../../fields/link-list';
import { NameLink } from '../../fields/name-link';
import { Section } from '../../fields/section';
import { useFormat } from '../../fields/use-format';
import type { BaseRecord } from '../../provider/row-types';
import { RecordShow } from '../../tables/record-show';

function BaseTitle() {
  return <span>{useRecordContext<BaseRecord>()?.name}</span>;
}

function BasePage() {
  const base = useRecordContext<BaseRecord>();
  const translate = useTranslate();
  const format = useFormat();
  if (!base) return null;
  const label = (name: string): string => translate(`resources.bases.fields.${name}`);
  return (
    <>
      <Section title={translate('resources.bases.facts')}>
        <Facts
          facts={[
            { label: label('architecture'), value: base.architecture },
            { label: label('parameters'), value: format.number(Number(base.parameterCount), 12) },
            { label: label('size'), value: format.bytes(base.sizeBytes) },
            { label: label('imageSize'), value: format.number(base.imageSize) },
            { label: label('createdAt'), value: format.moment(base.createdAt) },
            { label: label('digest'), value: base.digest },
          ]}
        />
      </Section>
      {base.frames.length > 0 ? (
        <Section title={translate('resources.bases.frames')}>
          <Facts
            facts={base.frames.map(({ id, name, rank, scale, targetModules }) => ({
              label: translate('resources.bases.frame', {
                rank,
                scale: format.number(scale),
                modules: targetModules.length,
              }),
              value: (
                <NameLink to="frames" id={id}>
                  {name}
                </NameLink>
              ),
            }))}
          />
        </Section>
      ) : null}
      <EvaluateSection model={{ base: base.id }} base={base.id} />
      <Section title={translate('resources.bases.adapters')}>
        <LinkList to="adapters" items={base.adapters} />
        <Box sx={{ mt: 1 }}>
          <Link to={`/adapters?filter=${encodeURIComponent(JSON.stringify({ base: base.id }))}`}>
            {translate('resources.bases.allAdapters')}
          </Link>
        </Box>
      </Section>
    </>
  );
}

export default function BaseShow() {
  return (
    <RecordShow title={<BaseTitle />}>
      <BasePage />
    </RecordShow>
  );
}
