import Box from '@mui/material/Box';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import Typography from '@mui/material/Typography';
import { useTranslate } from 'react-admin';
import type { Metric, Split } from '../graphql/generated/graphql';
import { useFormat } from './use-format';
import { NameLink } from './name-link';

export interface ShownScore {
  readonly id: string;
  readonly split: Split;
  readonly metric: Metric;
  readonly value: number;
  readonly n: number;
  readonly selectedOn: Split | null;
  readonly normalizedByBest: number | null;
  readonly interval: { readonly low: number; readonly high: number; readonly confidence: number };
  readonly task: { readonly id: string; readonly title: string };
}

/** Scores with what makes them honest: the number of examples, the interval, and a mark where options were chosen on the split that reports. */
export function ScoreTable({ scores }: { readonly scores: readonly ShownScore[] }) {
  const translate = useTranslate();
  const format = useFormat();
  if (scores.length === 0) return <Typography variant="body2">{translate('crucible.score.none')}</Typography>;
  const confidence = Math.round(scores[0]!.interval.confidence * 100);
  return (
    <Box sx={{ overflowX: 'auto' }} tabIndex={0} role="region" aria-label={translate('crucible.score.caption')}>
      <Table size="small">
        <TableHead>
          <TableRow>
            <TableCell>{translate('crucible.score.task')}</TableCell>
            <TableCell>{translate('crucible.score.split')}</TableCell>
            <TableCell align="right">{translate('crucible.score.value')}</TableCell>
            <TableCell align="right">{translate('crucible.score.interval', { confidence })}</TableCell>
            <TableCell align="right">{translate('crucible.score.ofSpecialist')}</TableCell>
            <TableCell align="right">{translate('crucible.score.n')}</TableCell>
          </TableRow>
        </TableHead>
        <TableBody>
          {scores.map(({ id, task, split, metric, value, interval, normalizedByBest, n, selectedOn }) => (
            <TableRow key={id}>
              <TableCell component="th" scope="row">
                <NameLink to="tasks" id={task.id}>
                  {task.title}
                </NameLink>
                {metric === 'ACCURACY' ? null : ` (${translate(`crucible.metric.${metric}`)})`}
              </TableCell>
              <TableCell>
                {translate(`crucible.split.${split}`)}
                {selectedOn === split ? (
                  <span title={translate('crucible.score.selected')}>
                    {' '}
                    ({translate('crucible.score.selectedMark')})
                  </span>
                ) : null}
              </TableCell>
              <TableCell align="right">{format.score(value, metric)}</TableCell>
              <TableCell align="right" sx={{ whiteSpace: 'nowrap' }}>
                {format.score(interval.low, metric)} – {format.score(interval.high, metric)}
              </TableCell>
              <TableCell align="right">{format.percent(normalizedByBest)}</TableCell>
              <TableCell align="right">{n}</TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </Box>
  );
}
