import Typography from '@mui/material/Typography';
import { Link, useTranslate } from 'react-admin';
import { initialState, writeState } from '../compare/comparison-state';
import { NameLink } from '../fields/name-link';
import { PlainTable } from '../fields/plain-table';
import { Section } from '../fields/section';
import { useFormat } from '../fields/use-format';
import type { HomeQuery } from '../graphql/generated/graphql';
import { useRunName } from '../resources/runs/run-name';
import { bestRuns, type BestOfBase, type BestRun } from './best-runs';

/** How many groups of tasks of a base have their best model shown, and how many runs of a group are compared. */
const GROUPS = 4;
const COMPARED = 20;

/** Of each base the best fused model, by its mean, with its worst task. */
export function BestModels({ home }: { readonly home: HomeQuery }) {
  const translate = useTranslate();
  const bases = bestRuns(home.scored.nodes);
  return (
    <Section title={translate('crucible.home.best')}>
      {bases.length === 0 ? (
        <Typography variant="body2">{translate('crucible.home.none')}</Typography>
      ) : (
        <Typography variant="body2" color="text.secondary">
          {translate('crucible.home.bestHelp')}
        </Typography>
      )}
      {bases.map((each) => (
        <OfBase key={each.base.id} of={each} />
      ))}
    </Section>
  );
}

function OfBase({ of: { base, best } }: { readonly of: BestOfBase }) {
  const translate = useTranslate();
  const nameOf = useRunName();
  const format = useFormat();
  const say = (key: string, values = {}): string => translate(`crucible.home.${key}`, values);
  return (
    <>
      <Typography component="h3" variant="subtitle2" sx={{ mt: 1.5 }}>
        <NameLink to="bases" id={base.id}>
          {base.name}
        </NameLink>
      </Typography>
      <PlainTable
        caption={`${say('best')}: ${base.name}`}
        columns={[
          { title: say('model') },
          { title: say('mean'), numeric: true },
          { title: say('worst'), numeric: true },
          { title: say('on') },
          { title: say('beside') },
        ]}
        rows={best.slice(0, GROUPS).map((group) => ({
          id: group.run.id,
          cells: [
            <NameLink key="model" to="runs" id={group.run.id}>
              {nameOf(group.run)}
            </NameLink>,
            `${format.percent(group.run.meanScore)}${isChosenHere(group) ? ` (${translate('crucible.score.selectedMark')})` : ''}`,
            format.percent(group.run.worstScore),
            `${say('tasks', { smart_count: group.tasks })} (${translate(`crucible.split.${group.run.evaluationSplit}`)})`,
            <Link key="compare" to={comparisonOf(group)}>
              {say('among', { smart_count: group.among.length })}
            </Link>,
          ],
        }))}
      />
    </>
  );
}

/** Sweeps choose among their points by the mean on validation: there the best of them flatters. */
const isChosenHere = ({ run }: BestRun): boolean => run.sweep !== null && run.evaluationSplit === 'VALIDATION';

/** The runs of a group beside each other, where intervals and significance are. */
function comparisonOf({ among, run }: BestRun): string {
  const subjects = among.slice(0, COMPARED).map(({ id }) => ({ kind: 'run' as const, id }));
  const split = run.evaluationSplit === 'VALIDATION' ? ('VALIDATION' as const) : ('TEST' as const);
  return `/compare?${writeState({ ...initialState, subjects, split }).toString()}`;
}
