import Box from '@mui/material/Box';
import LinearProgress from '@mui/material/LinearProgress';
import Typography from '@mui/material/Typography';
import { useEffect, useState } from 'react';
import { useTranslate } from 'react-admin';
import { Section } from '../fields/section';
import { useFormat } from '../fields/use-format';
import type { RunState } from '../graphql/generated/graphql';
import { addSample, paceOf, type Sample } from './time-left';

interface RunProgressProps {
  readonly run: {
    readonly state: RunState;
    readonly progress: { readonly phase: string; readonly done: number; readonly total: number } | null;
  };
}

/** How far a run under way is, how fast it goes, and how long its phase will take at that pace; nothing of a run that is not under way. */
export function RunProgress({ run: { state, progress } }: RunProgressProps) {
  const translate = useTranslate();
  const format = useFormat();
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  const { phase, done, total } = progress ?? {};
  useEffect(() => {
    if (phase === undefined || done === undefined || total === undefined) return;
    setSamples((before) => addSample(before, { phase, done, total, at: Date.now() }));
  }, [phase, done, total]);
  if (state !== 'RUNNING' && state !== 'SCORING') return null;
  const pace = paceOf(samples);
  const isKnown = progress !== null && progress.total > 0;
  return (
    <Section title={translate('crucible.run.progress')}>
      <LinearProgress
        aria-label={translate('crucible.run.progress')}
        {...(isKnown ? { variant: 'determinate', value: Math.min(100, (100 * progress.done) / progress.total) } : {})}
      />
      <Box sx={{ mt: 1, display: 'flex', flexWrap: 'wrap', columnGap: 2 }}>
        {progress ? <Typography variant="body2">{progress.phase}</Typography> : null}
        {isKnown ? (
          <Typography variant="body2">
            {translate('crucible.run.units', {
              done: format.number(progress.done, 6),
              total: format.number(progress.total, 6),
            })}
          </Typography>
        ) : null}
        {pace ? (
          <>
            <Typography variant="body2">
              {translate('crucible.run.pace', { pace: format.number(pace.perSecond, 3) })}
            </Typography>
            <Typography variant="body2">
              {translate('crucible.run.left', { time: format.seconds(Math.round(pace.secondsLeft)) })}
            </Typography>
          </>
        ) : null}
      </Box>
    </Section>
  );
}
