import CheckIcon from '@mui/icons-material/CheckCircleOutlined';
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import LinearProgress from '@mui/material/LinearProgress';
import Typography from '@mui/material/Typography';
import { useTranslate } from 'react-admin';
import { Facts } from '../fields/facts';
import { useFormat } from '../fields/use-format';
import type { FusionPlan } from './form-types';
import type { FieldIssue } from './issues-by-path';

interface PlanPanelProps {
  readonly plan: FusionPlan | undefined;
  /** How many such fusions a sweep is; undefined where it is one. */
  readonly points: number | undefined;
  /** Everything that stands in the way, each once. */
  readonly issues: readonly FieldIssue[];
  /** Why there is no plan yet. */
  readonly hint: string | undefined;
  readonly isFetching: boolean;
}

/** What the fusion would take and give, before it is asked for. */
export function PlanPanel({ plan, points, issues, hint, isFetching }: PlanPanelProps) {
  const translate = useTranslate();
  return (
    <Box aria-live="polite" aria-busy={isFetching} data-testid="plan">
      <Box sx={{ height: 4, mb: 1 }}>
        {isFetching ? <LinearProgress aria-label={translate('crucible.fuse.planStale')} /> : null}
      </Box>
      {hint ? <Typography variant="body2">{hint}</Typography> : null}
      {issues.length > 0 ? (
        <Alert severity="warning" sx={{ mb: 2 }}>
          <Typography variant="subtitle2">{translate('crucible.fuse.blocked')}</Typography>
          <Box component="ul" sx={{ m: 0, pl: 2, overflowWrap: 'anywhere' }}>
            {issues.map(({ code, path, message }) => (
              <li key={`${code} ${path.join('.')} ${message}`}>{message}</li>
            ))}
          </Box>
        </Alert>
      ) : null}
      {plan && !hint ? <PlanFacts plan={plan} points={points} isReady={plan.ready && issues.length === 0} /> : null}
    </Box>
  );
}

interface PlanFactsProps {
  readonly plan: FusionPlan;
  readonly points: number | undefined;
  readonly isReady: boolean;
}

function PlanFacts({ plan, points, isReady }: PlanFactsProps) {
  const translate = useTranslate();
  const format = useFormat();
  const say = (key: string): string => translate(`crucible.fuse.${key}`);
  const { run } = plan;
  const bound = (value: string): string => (run?.certain ? value : translate('crucible.fuse.atMost', { value }));
  const tasks = plan.evaluateOn.map(({ title }) => title).join(', ');
  const estimated = run
    ? [
        ...(points === undefined
          ? []
          : [
              {
                label: say('points'),
                value: translate('crucible.fuse.pointsTime', {
                  smart_count: points,
                  time: format.seconds(points * run.seconds),
                }),
              },
            ]),
        {
          label: say('time'),
          value: `${format.seconds(run.seconds)} (${translate(`crucible.fuse.basis.${run.secondsBasis}`, run.secondsRuns)})`,
        },
        { label: say('memory'), value: format.bytes(run.peakMemoryBytes) },
        { label: say('rankOut'), value: bound(String(run.outputRank)) },
        { label: say('outputs'), value: run.outputs },
        { label: say('how'), value: say(`result.${run.result}`) },
        { label: say('passes'), value: run.passes },
        { label: say('read'), value: format.bytes(run.bytesRead) },
        { label: say('written'), value: bound(format.bytes(run.bytesWritten)) },
      ]
    : [];
  return (
    <>
      {isReady ? (
        <Typography variant="body2" sx={{ display: 'flex', alignItems: 'center', gap: 0.75, mb: 1.5 }}>
          <CheckIcon fontSize="small" color="success" />
          {say('ready')}
        </Typography>
      ) : null}
      <Facts
        facts={[
          ...estimated,
          { label: say('space'), value: `${translate(`crucible.space.${plan.space}`)}. ${plan.spaceReason}` },
          { label: say('scoredOn'), value: tasks || '–' },
        ]}
      />
    </>
  );
}
