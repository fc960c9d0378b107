import Alert from '@mui/material/Alert';
import AlertTitle from '@mui/material/AlertTitle';
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useRecordContext, useTranslate } from 'react-admin';
import { Facts } from '../../fields/facts';
import { NONE } from '../../fields/format';
import { NameLink } from '../../fields/name-link';
import { PlainTable } from '../../fields/plain-table';
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
        {plugin.strategies.map(({ id, title, description, options }) => (
          <Box key={id} sx={{ mb: 2 }}>
            <Typography component="h3" variant="subtitle2">
              <NameLink to="strategies" id={id}>
                {title}
              </NameLink>
            </Typography>
            <Typography variant="body2" sx={{ mb: 1 }}>
              {description}
            </Typography>
            {options.length > 0 ? (
              <PlainTable
                caption={`${title}: ${translate('resources.strategies.options')}`}
                columns={['option', 'default', 'range'].map((name) => ({
                  title: translate(`resources.strategies.fields.${name}`),
                }))}
                rows={options.map((option) => ({
                  id: option.name,
                  cells: [option.name, option.default, option.range],
                }))}
              />
            ) : null}
          </Box>
        ))}
        {plugin.strategies.length === 0 ? <Typography variant="body2">{translate('crucible.none')}</Typography> : null}
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
