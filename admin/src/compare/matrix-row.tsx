import { memo, type Ref } from 'react';
import { Link } from 'react-router';
import { useTranslate } from 'react-admin';
import { useFormat } from '../fields/use-format';
import type { Cell } from './comparison-query';
import { writeCell, type SubjectKind, type View } from './comparison-state';
import { spreadOf, type Spread } from './group-seeds';
import { heatOf } from './heat';
import type { ShownRow } from './sort-rows';
import { SubjectLink } from './subject-link';

interface MatrixRowProps {
  /** Measures the row. */
  readonly ref: Ref<HTMLTableRowElement>;
  readonly index: number;
  readonly shown: ShownRow;
  readonly view: View;
  readonly tasks: readonly { readonly id: string; readonly title: string }[];
  /** Of the page, but for the cell: a link to a cell is this with the cell behind it. */
  readonly address: string;
  /** The cell that is shown in full, as its address has it. */
  readonly selected: string | undefined;
}

/** How a cell stands to its reference, in a word: what is not significant is neither better nor worse. */
function verdictOf({ score, difference }: Cell): 'missing' | 'untested' | 'same' | 'better' | 'worse' {
  if (!score) return 'missing';
  if (!difference) return 'untested';
  if (!difference.significant) return 'same';
  return difference.difference > 0 ? 'better' : 'worse';
}

export const KIND_OF: Readonly<Record<ShownRow['row']['subject']['__typename'], SubjectKind>> = {
  FusionRun: 'run',
  Adapter: 'adapter',
  BaseModel: 'base',
};

export const MatrixRow = memo(function MatrixRow({
  ref,
  index,
  shown,
  view,
  tasks,
  address,
  selected,
}: MatrixRowProps) {
  const translate = useTranslate();
  const format = useFormat();
  const { row, values, mean, worst, seeds, label } = shown;
  const subject = { kind: KIND_OF[row.subject.__typename], id: row.subject.id };
  const show = (value: number | undefined): string =>
    view === 'difference' ? format.points(value) : format.percent(value);
  /** Normalized figures never stand without the score itself, nor a score without its interval. */
  const second = (cell: Cell): string => {
    const word = translate(`crucible.compare.${verdictOf(cell)}`);
    if (!cell.score) return word;
    if (view !== 'score') return `${format.percent(cell.score.value)} · ${word}`;
    return `${format.percent(cell.score.interval.low, 0)} – ${format.percent(cell.score.interval.high, 0)}`;
  };
  /** Between repetitions, in points: what another seed may change. */
  const around = (spread: Spread | undefined): string =>
    spread ? `± ${format.points(spread.deviation).replace('+', '')}` : '';
  return (
    <tr ref={ref} aria-rowindex={index + 2} data-index={index}>
      <th scope="row">
        <SubjectLink shown={shown} />
        {seeds ? (
          <small>{translate('crucible.compare.seedsOf', { smart_count: seeds.rows.length })}</small>
        ) : label ? (
          <small title={label}>{label}</small>
        ) : null}
        {row.dominated && !seeds ? (
          <small title={translate('crucible.compare.dominated')}>{translate('crucible.compare.dominatedMark')}</small>
        ) : null}
      </th>
      <td>
        {show(mean)}
        {seeds ? <small>{around(seeds.mean)}</small> : null}
        {seeds && view !== 'score' ? <small>{format.percent(absolute(shown)?.mean)}</small> : null}
        {!seeds && view !== 'score' && row.mean !== null ? <small>{format.percent(row.mean)}</small> : null}
        {!seeds && view === 'difference' && row.meanDifference ? (
          <small>
            {format.points(row.meanDifference.low)} … {format.points(row.meanDifference.high)}
          </small>
        ) : null}
      </td>
      <td>
        {show(worst)}
        {seeds ? <small>{around(seeds.worst)}</small> : null}
        {!seeds && view === 'score' && row.worstTask !== null ? <small>{tasks[row.worstTask]?.title}</small> : null}
      </td>
      {row.cells.map((cell, task) => {
        const value = values[task];
        if (seeds) {
          return (
            <td key={tasks[task]!.id} style={{ background: heatOf(value, view, view === 'score') }}>
              {show(value)}
              <small>
                {around(seeds.cells[task])}
                {view === 'score' ? '' : ` · ${format.percent(absolute(shown, task)?.mean)}`}
              </small>
            </td>
          );
        }
        const significant = cell.difference?.significant;
        const key = writeCell({ subject, task: tasks[task]!.id });
        return (
          <td key={tasks[task]!.id} style={{ background: heatOf(value, view, significant) }}>
            <Link
              to={`?${address}${address ? '&' : ''}cell=${key}`}
              replace
              preventScrollReset
              {...(selected === key ? { 'aria-current': true } : {})}
            >
              {show(value)}
              {row.chosenHere && cell.score ? '†' : ''}
              <small>{second(cell)}</small>
            </Link>
          </td>
        );
      })}
    </tr>
  );
});

/** The score itself over repetitions: what is normalized never stands without it. */
function absolute({ seeds }: ShownRow, task?: number): Spread | undefined {
  return spreadOf(
    (seeds?.rows ?? []).map(({ row }) => (task === undefined ? row.mean : row.cells[task]?.score?.value) ?? undefined),
  );
}
