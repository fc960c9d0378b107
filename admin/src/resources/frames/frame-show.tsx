import Typography from '@mui/material/Typography';
import { useRecordContext, useTranslate } from 'react-admin';
import { Facts } from '../../fields/facts';
import { LinkList } from '../../fields/link-list';
import { NameLink } from '../../fields/name-link';
import { Section } from '../../fields/section';
import { useFormat } from '../../fields/use-format';
import type { FrameRecord } from '../../provider/row-types';
import { RecordShow } from '../../tables/record-show';

function FrameTitle() {
  return <span>{useRecordContext<FrameRecord>()?.name}</span>;
}

function FramePage() {
  const frame = useRecordContext<FrameRecord>();
  const translate = useTranslate();
  const format = useFormat();
  if (!frame) return null;
  const label = (name: string): string => translate(`resources.frames.fields.${name}`);
  return (
    <>
      <Section title={translate('resources.frames.facts')}>
        <Typography variant="body2" sx={{ mb: 2 }}>
          {translate('resources.frames.help')}
        </Typography>
        <Facts
          facts={[
            {
              label: label('base'),
              value: (
                <NameLink to="bases" id={frame.base.id}>
                  {frame.base.name}
                </NameLink>
              ),
            },
            { label: label('rank'), value: frame.rank },
            { label: label('scale'), value: format.number(frame.scale) },
            { label: label('createdAt'), value: format.moment(frame.createdAt) },
            { label: label('digest'), value: frame.digest },
          ]}
        />
      </Section>
      <Section title={`${translate('resources.frames.adapters')} (${frame.adapters.length})`}>
        <LinkList
          to="adapters"
          items={frame.adapters.map(({ id, name, method }) => ({ id, name: `${name} (${method})` }))}
        />
      </Section>
      <Section title={`${translate('resources.frames.modules')} (${frame.targetModules.length})`}>
        <Typography variant="body2" sx={{ overflowWrap: 'anywhere' }}>
          {frame.targetModules.join(', ')}
        </Typography>
      </Section>
    </>
  );
}

export default function FrameShow() {
  return (
    <RecordShow title={<FrameTitle />}>
      <FramePage />
    </RecordShow>
  );
}
