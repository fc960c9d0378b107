import Typography from '@mui/material/Typography';
import { useCallback, useMemo } from 'react';
import { useTranslate } from 'react-admin';
import { Chart } from '../../charts/chart';
import type { Look } from '../../charts/look';
import type { Comparison } from '../comparison-query';
import type { View } from '../comparison-state';
import { figureOf } from '../figures';
import type { ShownRow } from '../sort-rows';
import { SubjectLink } from '../subject-link';
import { wholeLine } from './parallel-option';
import { RADAR_ROWS, RADAR_TASKS, radarOption } from './radar-option';
import { useFigures } from './use-figures';

interface RadarChartProps {
  readonly comparison: Comparison;
  readonly rows: readonly ShownRow[];
  readonly view: View;
}

/** The first few subjects of the table as polygons over the tasks. */
export function RadarChart({ comparison, rows, view }: RadarChartProps) {
  const translate = useTranslate();
  const texts = useFigures(comparison, view);
  const { tasks } = texts;
  const few = useMemo(() => rows.filter((shown) => wholeLine(shown, tasks, tasks)).slice(0, RADAR_ROWS), [rows, tasks]);
  const optionOf = useCallback(
    (look: Look, width: number) => radarOption({ ...texts, rows: few }, look, width),
    [texts, few],
  );
  if (tasks.length < RADAR_TASKS || few.length === 0) {
    return <Typography>{translate('crucible.compareCharts.radarFew', { tasks: RADAR_TASKS })}</Typography>;
  }
  return (
    <Chart
      title={translate('crucible.compareCharts.radarTitle', { count: few.length })}
      description={translate('crucible.compareCharts.radarText', { count: few.length, all: rows.length })}
      optionOf={optionOf}
      height={420}
      fileName="comparison-radar"
      columns={[
        { title: translate('crucible.compare.name') },
        ...tasks.map((task) => ({ title: texts.titleOf(task), numeric: true })),
        ...(view === 'score' ? [] : [{ title: translate('crucible.compareCharts.scores'), numeric: true }]),
      ]}
      rows={few.map((shown) => ({
        key: shown.row.subject.id,
        cells: [
          <SubjectLink key="name" shown={shown} />,
          ...tasks.map((task) => texts.show(figureOf(shown, task, tasks))),
          ...(view === 'score' ? [] : [tasks.map((task) => texts.scoreOf(shown, task)).join(' · ')]),
        ],
      }))}
    />
  );
}
