import { useMemo } from 'react';
import { useTranslate } from 'react-admin';
import { useFormat } from '../../fields/use-format';
import type { Cell, Comparison } from '../comparison-query';
import type { View } from '../comparison-state';
import type { Figure } from '../figures';
import type { ShownRow } from '../sort-rows';

/** Names and texts of figures in a view. */
export function useFigures(comparison: Comparison, view: View) {
  const translate = useTranslate();
  const format = useFormat();
  return useMemo(() => {
    const tasks = comparison.tasks.map(({ id }) => id);
    const show = (value: number | undefined): string =>
      view === 'difference' ? format.points(value) : format.percent(value);
    const nameOf = (figure: Figure): string =>
      figure === 'mean' || figure === 'worst'
        ? translate(`crucible.compare.${figure}`)
        : (comparison.tasks[tasks.indexOf(figure)]?.title ?? figure);
    const cellOf = (shown: ShownRow, figure: Figure): Cell | undefined => shown.row.cells[tasks.indexOf(figure)];
    return {
      tasks,
      show,
      /** For an axis: without decimals that its ticks do not need. */
      axis: (value: number): string =>
        view === 'difference'
          ? format.number(value * 100, 3)
          : format.percent(value, Number.isInteger(Math.round(value * 1000) / 10) ? 0 : 1),
      nameOf,
      /** With the unit of the view. */
      titleOf: (figure: Figure): string => `${nameOf(figure)}, ${translate(`crucible.compareCharts.units.${view}`)}`,
      /** The score itself: what is normalized never stands without it. */
      scoreOf: (shown: ShownRow, figure: Figure): string =>
        format.percent(
          figure === 'mean'
            ? shown.row.mean
            : figure === 'worst'
              ? shown.row.worst
              : cellOf(shown, figure)?.score?.value,
        ),
      /** The interval of a task's score; means have none here. */
      intervalOf: (shown: ShownRow, figure: Figure): string | undefined => {
        const score = cellOf(shown, figure)?.score;
        return score
          ? `${format.percent(score.interval.low)} – ${format.percent(score.interval.high)}, n = ${score.n}`
          : undefined;
      },
    };
  }, [comparison, view, translate, format]);
}
