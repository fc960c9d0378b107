import MenuItem from '@mui/material/MenuItem';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import Typography from '@mui/material/Typography';
import { useCallback } from 'react';
import { useTranslate } from 'react-admin';
import { Section } from '../../fields/section';
import type { Comparison } from '../comparison-query';
import type { ChartKind, ComparisonState } from '../comparison-state';
import { chooseAxes } from '../figures';
import type { Ranges } from '../ranges';
import type { ShownRow } from '../sort-rows';
import { ParallelChart } from './parallel-chart';
import { RadarChart } from './radar-chart';
import { ScatterChart } from './scatter-chart';
import { SimilarityCharts } from './similarity-charts';

interface ChartsPanelProps {
  readonly comparison: Comparison;
  /** All of them, whatever the ranges. */
  readonly rows: readonly ShownRow[];
  readonly state: ComparisonState;
  readonly change: (part: Partial<ComparisonState>) => void;
}

const KINDS: readonly ChartKind[] = ['pareto', 'tasks', 'parallel', 'radar', 'similarity', 'none'];

/** The comparison as charts, of what the view shows. */
export default function ChartsPanel({ comparison, rows, state, change }: ChartsPanelProps) {
  const translate = useTranslate();
  const onRanges = useCallback((ranges: Ranges) => change({ ranges }), [change]);
  const { chart, view } = state;
  const axes = chooseAxes(
    comparison.tasks.map(({ id }) => id),
    state.x,
    state.y,
  );
  return (
    <Section title={translate('crucible.compareCharts.title')}>
      <ToggleButtonGroup
        exclusive
        size="small"
        value={chart}
        aria-label={translate('crucible.compareCharts.title')}
        onChange={(_event, kind: ChartKind | null) => kind && change({ chart: kind })}
        sx={{ flexWrap: 'wrap', mb: 2 }}
      >
        {KINDS.map((kind) => (
          <ToggleButton key={kind} value={kind}>
            {translate(`crucible.compareCharts.kinds.${kind}`)}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      {chart === 'pareto' ? <ScatterChart comparison={comparison} rows={rows} view={view} x="mean" y="worst" /> : null}
      {chart === 'tasks' && axes ? (
        <>
          <Stack direction={{ xs: 'column', sm: 'row' }} sx={{ gap: 1.5, mb: 1 }}>
            {(['x', 'y'] as const).map((axis, index) => (
              <TextField
                key={axis}
                select
                fullWidth
                size="small"
                label={translate(`crucible.compareCharts.${axis}`)}
                value={axes[index]}
                // Both: what was taken by itself stays when the other changes.
                onChange={({ target: { value } }) => change({ x: axes[0], y: axes[1], [axis]: value })}
              >
                {comparison.tasks.map(({ id, title }) => (
                  <MenuItem key={id} value={id}>
                    {title}
                  </MenuItem>
                ))}
              </TextField>
            ))}
          </Stack>
          <ScatterChart comparison={comparison} rows={rows} view={view} x={axes[0]} y={axes[1]} />
        </>
      ) : null}
      {chart === 'tasks' && !axes ? <Typography>{translate('crucible.compareCharts.twoTasks')}</Typography> : null}
      {chart === 'parallel' ? (
        <ParallelChart comparison={comparison} rows={rows} view={view} ranges={state.ranges} onRanges={onRanges} />
      ) : null}
      {chart === 'radar' ? <RadarChart comparison={comparison} rows={rows} view={view} /> : null}
      {chart === 'similarity' ? <SimilarityCharts rows={rows} /> : null}
    </Section>
  );
}
