import Alert from '@mui/material/Alert';
import AlertTitle from '@mui/material/AlertTitle';
import { useRecordContext, useTranslate } from 'react-admin';
import { Facts } from '../../fields/facts';
import { LinkList } from '../../fields/link-list';
import { NONE } from '../../fields/format';
import { Section } from '../../fields/section';
import type { PluginRecord } from '../../provider/row-types';
import { RecordShow } from '../../tables/record-show';

function PluginTitle() {
  return <span>{useRecordContext<PluginRecord>()?.name}</span>;
}

function PluginPage() {
  const plugin = useRecordContext<PluginRecord>();
  const translate = useTranslate();
  if (!plugin) return null;
  const label = (name: string): string => translate(`resources.plugins.fields.${name}`);
  return (
    <>
      {plugin.problemMessage ? (
        <Alert severity="error" sx={{ mb: 2 }}>
          <AlertTitle>{plugin.problemCode}</AlertTitle>
          {plugin.problemMessage}
        </Alert>
      ) : null}
      <Section title={translate('resources.plugins.facts')}>
        <p>{plugin.description}</p>
        <Facts
          facts={[
            { label: label('status'), value: translate(`resources.plugins.status.${plugin.status}`) },
            { label: label('version'), value: plugin.version },
            { label: label('sdkRange'), value: plugin.sdkRange ?? NONE },
            { label: label('licence'), value: plugin.licence ?? NONE },
            { label: label('installed'), value: translate(`ra.boolean.${plugin.installed}`) },
          ]}
        />
      </Section>
      <Section title={translate('resources.plugins.strategies')}>
        <LinkList to="strategies" items={plugin.strategies.map(({ id, title }) => ({ id, name: title }))} />
      </Section>
    </>
  );
}

export default function PluginShow() {
  return (
    <RecordShow title={<PluginTitle />}>
      <PluginPage />
    </RecordShow>
  );
}
