import { useTranslate } from 'react-admin';
import { useFormat } from '../fields/use-format';
import type { Comparison } from './comparison-query';
import type { ShownRow } from './sort-rows';

export interface Selected {
  readonly row: ShownRow;
  readonly task: number;
}

interface CellDetailProps {
  readonly comparison: Comparison;
  readonly selected: Selected | undefined;
}

/** One figure in sentences: how many examples, how sure, and whether the difference is more than chance. */
export function CellDetail({ comparison, selected }: CellDetailProps) {
  const translate = useTranslate();
  const format = useFormat();
  const say = (key: string, values: object = {}): string => translate(`crucible.compare.detail.${key}`, values);
  if (!selected) return <p>{translate('crucible.compare.select')}</p>;
  const { row, name } = selected.row;
  const { score, reference, difference } = row.cells[selected.task]!;
  const task = comparison.tasks[selected.task]!.title;
  if (!score) return <p>{`${name}, ${task}: ${translate('crucible.compare.missing')}`}</p>;
  const sentences = [
    say('score', {
      name,
      task,
      score: format.percent(score.value),
      low: format.percent(score.interval.low),
      high: format.percent(score.interval.high),
      confidence: Math.round(score.interval.confidence * 100),
      n: score.n,
    }),
  ];
  if (reference && difference) {
    sentences.push(
      say('difference', {
        reference: format.percent(reference.value),
        points: format.points(difference.difference),
        won: difference.won,
        lost: difference.lost,
        p: format.number(difference.pAdjusted, 2),
        tasks: comparison.tasks.length,
      }),
      say(difference.significant ? 'significant' : 'notSignificant', { alpha: format.number(comparison.alpha) }),
      difference.leastSignificant === null
        ? say('leastNone')
        : say('least', { least: format.points(difference.leastSignificant).replace('+', '') }),
    );
  } else sentences.push(say('noReference'));
  if (selected.row.row.chosenHere) sentences.push(translate('crucible.compare.chosenHere'));
  return <p>{sentences.join(' ')}</p>;
}
