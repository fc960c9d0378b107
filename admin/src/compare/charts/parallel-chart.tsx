import { useCallback, useMemo } from 'react';
import { useTranslate } from 'react-admin';
import { Chart } from '../../charts/chart';
import type { Look } from '../../charts/look';
import type { OnDrawn } from '../../charts/use-echarts';
import type { Comparison } from '../comparison-query';
import type { View } from '../comparison-state';
import { figureOf } from '../figures';
import { roundRange, rowsWithin, type Ranges } from '../ranges';
import type { ShownRow } from '../sort-rows';
import { SubjectLink } from '../subject-link';
import { commonScale, parallelLayout, parallelOption, wholeLine } from './parallel-option';
import { RangeSliders } from './range-sliders';
import { useFigures } from './use-figures';

interface ParallelChartProps {
  readonly comparison: Comparison;
  readonly rows: readonly ShownRow[];
  readonly view: View;
  readonly ranges: Ranges;
  readonly onRanges: (ranges: Ranges) => void;
}

interface AreaSelected {
  readonly parallelAxisId?: string;
  readonly intervals?: readonly (readonly [number, number])[];
}

/** Every subject as a line over mean, worst task and tasks. What is brushed on an axis chooses the rows of the matrix. */
export function ParallelChart({ comparison, rows, view, ranges, onRanges }: ParallelChartProps) {
  const translate = useTranslate();
  const texts = useFigures(comparison, view);
  const { tasks } = texts;
  const figures = useMemo(() => ['mean', 'worst', ...tasks], [tasks]);
  const scale = useMemo(() => commonScale(rows, figures, tasks), [rows, figures, tasks]);
  const heightOf = (width: number): number => parallelLayout(figures.length, width).height;
  const optionOf = useCallback(
    (look: Look, width: number) => parallelOption({ ...texts, rows, figures }, look, width),
    [texts, rows, figures],
  );
  const onDrawn = useCallback<OnDrawn>(
    (chart) => {
      for (const [figure, range] of Object.entries(ranges)) {
        if (figures.includes(figure)) {
          chart.dispatchAction({ type: 'axisAreaSelect', parallelAxisId: figure, intervals: [[...range]] });
        }
      }
      const onSelected = (event: unknown): void => {
        const { parallelAxisId: figure, intervals } = event as AreaSelected;
        if (figure === undefined) return;
        const { [figure]: _old, ...others } = ranges;
        const [first] = intervals ?? [];
        onRanges(first ? { ...others, [figure]: roundRange(Math.min(...first), Math.max(...first)) } : others);
      };
      chart.on('axisareaselected', onSelected);
      return () => chart.off('axisareaselected', onSelected);
    },
    [ranges, figures, onRanges],
  );
  const without = rows.filter((shown) => !wholeLine(shown, figures, tasks)).length;
  const within = new Set(rowsWithin(rows, ranges, tasks));
  return (
    <div>
      <Chart
        title={translate('crucible.compareCharts.parallelTitle', { count: figures.length })}
        description={[
          translate('crucible.compareCharts.parallelText', { within: within.size, all: rows.length }),
          without > 0 ? translate('crucible.compareCharts.withoutLine', { count: without }) : '',
        ].join(' ')}
        optionOf={optionOf}
        height={heightOf}
        onDrawn={onDrawn}
        fileName="comparison-parallel"
        columns={[
          { title: translate('crucible.compare.name') },
          ...figures.map((figure) => ({ title: texts.titleOf(figure), numeric: true })),
          ...(view === 'score' ? [] : [{ title: translate('crucible.compareCharts.scores'), numeric: true }]),
          { title: translate('crucible.compareCharts.withinColumn') },
        ]}
        rows={rows.map((shown) => ({
          key: shown.row.subject.id,
          cells: [
            <SubjectLink key="name" shown={shown} />,
            ...figures.map((figure) => texts.show(figureOf(shown, figure, tasks))),
            ...(view === 'score' ? [] : [figures.map((figure) => texts.scoreOf(shown, figure)).join(' · ')]),
            translate(`crucible.compareCharts.${within.has(shown) ? 'inside' : 'outside'}`),
          ],
        }))}
      />
      <RangeSliders
        figures={figures}
        ranges={ranges}
        scale={scale}
        nameOf={texts.nameOf}
        show={texts.show}
        onChange={onRanges}
      />
    </div>
  );
}
