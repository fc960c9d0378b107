import { memo, type Ref } from 'react';
import { useTranslate } from 'react-admin';
import { useFormat } from '../fields/use-format';
import type { Split } from '../graphql/generated/graphql';
import type { Cell } from './comparison-query';
import type { View } from './comparison-state';
import { heatOf } from './heat';
import type { Selected } from './matrix';
import type { ShownRow } from './sort-rows';
import { SubjectLink } from './subject-link';

interface MatrixRowProps {
  /** Measures the row. */
  readonly ref: Ref<HTMLTableRowElement>;
  readonly index: number;
  readonly shown: ShownRow;
  readonly view: View;
  readonly split: Split;
  readonly tasks: readonly { readonly id: string; readonly title: string }[];
  readonly onSelect: (selected: Selected) => void;
}

/** How a cell stands to its reference, in a word: what is not significant is neither better nor worse. */
function verdictOf({ score, difference }: Cell): 'missing' | 'untested' | 'same' | 'better' | 'worse' {
  if (!score) return 'missing';
  if (!difference) return 'untested';
  if (!difference.significant) return 'same';
  return difference.difference > 0 ? 'better' : 'worse';
}

export const MatrixRow = memo(function MatrixRow({ ref, index, shown, view, split, tasks, onSelect }: MatrixRowProps) {
  const translate = useTranslate();
  const format = useFormat();
  const { row, values, mean, worst } = shown;
  const show = (value: number | undefined): string =>
    view === 'difference' ? format.points(value) : format.percent(value);
  /** Normalized figures never stand without the score itself, nor a score without its interval. */
  const second = (cell: Cell): string => {
    const word = translate(`crucible.compare.${verdictOf(cell)}`);
    if (!cell.score) return word;
    if (view !== 'score') return `${format.percent(cell.score.value)} · ${word}`;
    return `${format.percent(cell.score.interval.low, 0)} – ${format.percent(cell.score.interval.high, 0)}`;
  };
  return (
    <tr ref={ref} aria-rowindex={index + 2} data-index={index}>
      <th scope="row">
        <SubjectLink shown={shown} />
        {row.dominated ? (
          <small title={translate('crucible.compare.dominated')}>{translate('crucible.compare.dominatedMark')}</small>
        ) : null}
      </th>
      <td>
        {show(mean)}
        {view !== 'score' && row.mean !== null ? <small>{format.percent(row.mean)}</small> : null}
        {view === 'difference' && row.meanDifference ? (
          <small>
            {format.points(row.meanDifference.low)} … {format.points(row.meanDifference.high)}
          </small>
        ) : null}
      </td>
      <td>
        {show(worst)}
        {view === 'score' && row.worstTask !== null ? <small>{tasks[row.worstTask]?.title}</small> : null}
      </td>
      {row.cells.map((cell, task) => {
        const value = values[task];
        const significant = cell.difference?.significant;
        return (
          <td key={tasks[task]!.id} style={{ background: heatOf(value, view, significant) }}>
            <button type="button" onClick={() => onSelect({ row: shown, task })}>
              {show(value)}
              {cell.score?.selectedOn === split ? '†' : ''}
              <small>{second(cell)}</small>
            </button>
          </td>
        );
      })}
    </tr>
  );
});
