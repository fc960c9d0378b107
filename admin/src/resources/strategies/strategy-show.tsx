import Box from '@mui/material/Box';
import Link from '@mui/material/Link';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import { useRecordContext, useTranslate } from 'react-admin';
import { Facts } from '../../fields/facts';
import { NameLink } from '../../fields/name-link';
import { Section } from '../../fields/section';
import type { StrategyRecord } from '../../provider/row-types';
import { RecordShow } from '../../tables/record-show';
import { StrategyUsage } from './strategy-usage';

function StrategyTitle() {
  return <span>{useRecordContext<StrategyRecord>()?.title}</span>;
}

function OptionsTable({ options }: Pick<StrategyRecord, 'options'>) {
  const translate = useTranslate();
  const label = (name: string): string => translate(`resources.strategies.fields.${name}`);
  return (
    <Box sx={{ overflowX: 'auto' }} tabIndex={0} role="region" aria-label={translate('resources.strategies.options')}>
      <Table size="small">
        <TableHead>
          <TableRow>
            {['option', 'type', 'default', 'range', 'meaning'].map((name) => (
              <TableCell key={name}>{label(name)}</TableCell>
            ))}
          </TableRow>
        </TableHead>
        <TableBody>
          {options.map((option) => (
            <TableRow key={option.name}>
              <TableCell component="th" scope="row">
                {option.name}
              </TableCell>
              <TableCell>{option.values?.join(', ') ?? option.type}</TableCell>
              <TableCell>{option.default}</TableCell>
              <TableCell sx={{ minWidth: 120 }}>{option.range}</TableCell>
              <TableCell sx={{ minWidth: 260 }}>{option.description}</TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </Box>
  );
}

function StrategyPage() {
  const strategy = useRecordContext<StrategyRecord>();
  const translate = useTranslate();
  if (!strategy) return null;
  const { needs } = strategy;
  const label = (name: string): string => translate(`resources.strategies.fields.${name}`);
  const need = (name: string, values = {}): string => translate(`resources.strategies.needs.${name}`, values);
  const yes = (value: boolean): string => translate(`ra.boolean.${value}`);
  const count = { min: needs.minAdapters, max: needs.maxAdapters };
  return (
    <>
      <Section title={translate('resources.strategies.facts')}>
        <p>{strategy.description}</p>
        <Facts
          facts={[
            { label: label('key'), value: strategy.key },
            { label: label('kind'), value: translate(`resources.strategies.kind.${strategy.kind}`) },
            {
              label: label('spaces'),
              value: strategy.spaces.map((space) => translate(`crucible.space.${space}`)).join(', '),
            },
            { label: label('version'), value: strategy.version },
            {
              label: label('plugin'),
              value: (
                <NameLink to="plugins" id={strategy.plugin.id}>
                  {strategy.plugin.name}
                </NameLink>
              ),
            },
          ]}
        />
      </Section>
      <Section title={need('title')}>
        <Facts
          facts={[
            { label: need('adapters'), value: need(needs.maxAdapters === null ? 'atLeast' : 'between', count) },
            { label: need('sharedFrame'), value: yes(needs.sharedFrame) },
            { label: need('equalRank'), value: yes(needs.equalRank) },
            { label: need('validation'), value: yes(needs.validation) },
            { label: need('statistics'), value: needs.statistics ?? yes(false) },
          ]}
        />
      </Section>
      <Section title={translate('resources.strategies.options')}>
        <OptionsTable options={strategy.options} />
      </Section>
      <StrategyUsage strategyKey={strategy.key} available={strategy.available} />
      {strategy.references.length > 0 ? (
        <Section title={translate('resources.strategies.references')}>
          <Box component="ul" sx={{ m: 0, pl: 2.5 }}>
            {strategy.references.map(({ title, authors, year, arxiv, url }) => {
              const address = url ?? (arxiv ? `https://arxiv.org/abs/${arxiv}` : undefined);
              return (
                <li key={title}>
                  {address ? (
                    <Link href={address} rel="noreferrer" target="_blank" underline="always">
                      {title}
                    </Link>
                  ) : (
                    title
                  )}
                  {[authors, year].filter(Boolean).map((part) => `, ${part}`)}
                </li>
              );
            })}
          </Box>
        </Section>
      ) : null}
    </>
  );
}

export default function StrategyShow() {
  return (
    <RecordShow title={<StrategyTitle />}>
      <StrategyPage />
    </RecordShow>
  );
}
