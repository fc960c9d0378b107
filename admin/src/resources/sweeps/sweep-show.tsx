import CompareIcon from '@mui/icons-material/TableChart';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { lazy, Suspense } from 'react';
import { useRecordContext, useTranslate } from 'react-admin';
import { Link, useSearchParams } from 'react-router';
import { JobButtons } from '../../actions/job-buttons';
import { initialState, writeState } from '../../compare/comparison-state';
import { Facts } from '../../fields/facts';
import { secondsBetween } from '../../fields/format';
import { LogSection } from '../../fields/log-section';
import { NameLink } from '../../fields/name-link';
import { ProblemAlert } from '../../fields/problem-alert';
import { ScoreTable } from '../../fields/score-table';
import { Section } from '../../fields/section';
import { shareOf } from '../../fields/share-of';
import { StateChip } from '../../fields/state-chip';
import { useFormat } from '../../fields/use-format';
import type { SweepRecord } from '../../provider/row-types';
import { RecordShow } from '../../tables/record-show';
import { useRunName } from '../runs/run-name';
import { axisAlong } from './sweep-curves';
import { useSweepName } from './sweep-name';

const SweepChart = lazy(() => import('./sweep-chart'));

/** How many points fit into an address to compare them by. */
const COMPARED = 60;

function SweepTitle() {
  const sweep = useRecordContext<SweepRecord>();
  const nameOf = useSweepName();
  return sweep ? <span>{nameOf(sweep)}</span> : null;
}

/** The curves along one option, which is in the address. */
function Curves({ sweep }: { readonly sweep: SweepRecord }) {
  const translate = useTranslate();
  const [search, setSearch] = useSearchParams();
  const along = axisAlong(sweep.axes, search.get('along'));
  const axis = sweep.axes[along];
  if (!axis || sweep.points.every(({ meanScore }) => meanScore === null)) {
    return <Typography variant="body2">{translate('resources.sweeps.noPoints')}</Typography>;
  }
  return (
    <>
      {sweep.axes.length > 1 ? (
        <TextField
          id="along"
          select
          size="small"
          variant="outlined"
          label={translate('resources.sweeps.along')}
          value={axis.option}
          onChange={({ target: { value } }) => setSearch({ along: value }, { replace: true })}
          slotProps={{ select: { native: true }, inputLabel: { shrink: true } }}
          fullWidth={false}
          sx={{ minWidth: 200, mb: 1 }}
        >
          {sweep.axes.map(({ option }) => (
            <option key={option} value={option}>
              {option}
            </option>
          ))}
        </TextField>
      ) : null}
      <Suspense>
        <SweepChart sweep={sweep} along={along} />
      </Suspense>
    </>
  );
}

/** How the options changed the scores that the sweep chose by, which point it chose, and what that scored where it had not looked. */
function SweepPage() {
  const sweep = useRecordContext<SweepRecord>();
  const translate = useTranslate();
  const format = useFormat();
  const runName = useRunName();
  if (!sweep) return null;
  const label = (name: string): string => translate(`resources.sweeps.fields.${name}`);
  const subjects = sweep.points.slice(0, COMPARED).map(({ id }) => ({ kind: 'run' as const, id }));
  return (
    <>
      <ProblemAlert problem={sweep.problem} />
      <JobButtons job={sweep}>
        <Button
          variant="outlined"
          startIcon={<CompareIcon />}
          component={Link}
          to={`/compare?${writeState({ ...initialState, subjects, split: 'VALIDATION' }).toString()}`}
        >
          {translate('resources.sweeps.compare')}
        </Button>
      </JobButtons>
      <Section title={translate('resources.sweeps.facts')}>
        <Facts
          facts={[
            { label: label('state'), value: <StateChip state={sweep.state} share={shareOf(sweep.progress)} /> },
            {
              label: label('strategy'),
              value: (
                <NameLink to="strategies" id={sweep.strategy.id}>
                  {sweep.strategy.title}
                </NameLink>
              ),
            },
            { label: label('size'), value: sweep.size },
            { label: label('space'), value: translate(`crucible.space.${sweep.space}`) },
            ...sweep.axes.map(({ option, values }) => ({ label: option, value: values.join(', ') })),
            {
              label: label('chosen'),
              value: sweep.chosen ? (
                <NameLink to="runs" id={sweep.chosen.id}>
                  {runName(sweep.chosen)}
                </NameLink>
              ) : (
                '–'
              ),
            },
            { label: label('createdAt'), value: format.moment(sweep.createdAt) },
            { label: label('took'), value: format.seconds(secondsBetween(sweep.startedAt, sweep.finishedAt)) },
          ]}
        />
      </Section>
      <Section title={translate('resources.sweeps.curvesTitle')}>
        <Curves sweep={sweep} />
      </Section>
      <Section title={translate('resources.sweeps.report')}>
        <ScoreTable scores={sweep.report} />
      </Section>
      <LogSection log={sweep.log} />
    </>
  );
}

export default function SweepShow() {
  return (
    <RecordShow title={<SweepTitle />}>
      <SweepPage />
    </RecordShow>
  );
}
