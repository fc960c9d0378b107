import Typography from '@mui/material/Typography';
import { useTranslate } from 'react-admin';
import { NameLink } from '../fields/name-link';
import { PlainTable } from '../fields/plain-table';
import { Section } from '../fields/section';
import { useFormat } from '../fields/use-format';
import type { RunDetailsQuery } from '../graphql/generated/graphql';

type Details = Extract<NonNullable<RunDetailsQuery['node']>, { readonly __typename: 'FusionRun' }>;

/** Coefficients that a search found, and how it found them; nothing of a run that searched none. */
export function RunSearch({ run: { coefficients, members, trace } }: { readonly run: Details }) {
  const translate = useTranslate();
  const format = useFormat();
  if (!coefficients) return null;
  const say = (key: string, values = {}): string => translate(`crucible.run.search.${key}`, values);
  const best = trace?.at(-1)?.best;
  return (
    <Section title={say('title')}>
      <PlainTable
        caption={say('title')}
        columns={[{ title: translate('crucible.run.adapter') }, { title: say('coefficient'), numeric: true }]}
        rows={members.map(({ id, adapter }, index) => ({
          id,
          cells: [
            <NameLink key="name" to="adapters" id={adapter.id}>
              {adapter.name}
            </NameLink>,
            format.number(coefficients[index]),
          ],
        }))}
      />
      {trace && trace.length > 0 ? (
        <>
          <Typography variant="body2" sx={{ mt: 2, mb: 1 }}>
            {say('steps', { smart_count: trace.length, best: format.number(best) })}
          </Typography>
          <PlainTable
            caption={say('trace')}
            maxHeight={280}
            columns={[
              { title: say('step'), numeric: true },
              { title: say('objective'), numeric: true },
              { title: say('loss'), numeric: true },
              { title: say('best'), numeric: true },
            ]}
            rows={trace.map(({ index, objective, loss, best: soFar }) => ({
              id: String(index),
              cells: [index, format.number(objective), format.number(loss), format.number(soFar)],
            }))}
          />
        </>
      ) : null}
    </Section>
  );
}
