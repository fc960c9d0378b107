import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import LinearProgress from '@mui/material/LinearProgress';
import Typography from '@mui/material/Typography';
import { lazy, Suspense, useCallback, useMemo, useState } from 'react';
import { Title, useTranslate } from 'react-admin';
import { useRunName } from '../resources/runs/run-name';
import { CellDetail } from './cell-detail';
import type { Row } from './comparison-query';
import { Controls } from './controls';
import { ExportButtons } from './export-buttons';
import { Matrix, type Selected } from './matrix';
import { rowsWithin } from './ranges';
import { referenceName } from './reference-name';
import { showRows, sortRows } from './sort-rows';
import { inputOf, useChoices, useComparison, useComparisonState } from './use-comparison';

const ChartsPanel = lazy(() => import('./charts/charts-panel'));

/** Any runs, adapters and bases on any tasks, side by side. Its whole state is in its address. */
export default function ComparePage() {
  const translate = useTranslate();
  const runName = useRunName();
  const [state, change] = useComparisonState();
  const choices = useChoices();
  const input = useMemo(() => choices.data && inputOf(state, choices.data), [state, choices.data]);
  const { data: comparison, error, isFetching } = useComparison(input);
  const [selected, setSelected] = useState<Selected>();
  const { view, sort } = state;
  const onSort = useCallback((wanted: string) => change({ sort: wanted }), [change]);
  const all = useMemo(() => {
    if (!comparison) return [];
    const nameOf = ({ subject }: Row): string =>
      subject.__typename === 'FusionRun' ? runName({ ...subject, name: subject.runName }) : subject.name;
    return sortRows(
      showRows(comparison.rows, view, nameOf),
      sort,
      comparison.tasks.map(({ id }) => id),
    );
  }, [comparison, view, sort, runName]);
  const rows = useMemo(
    () =>
      rowsWithin(
        all,
        state.ranges,
        (comparison?.tasks ?? []).map(({ id }) => id),
      ),
    [all, state.ranges, comparison],
  );
  const failure = error ?? choices.error;
  return (
    <Box sx={{ py: 2 }}>
      <Title title={translate('crucible.compare.title')} />
      {choices.data ? <Controls choices={choices.data} state={state} change={change} /> : null}
      <Box sx={{ height: 4 }}>{isFetching || choices.isLoading ? <LinearProgress aria-hidden /> : null}</Box>
      {failure ? <Alert severity="error">{failure.message}</Alert> : null}
      {choices.data && !input ? <Typography>{translate('crucible.compare.empty')}</Typography> : null}
      {comparison && input ? (
        <>
          <Matrix comparison={comparison} rows={rows} view={view} sort={sort} onSort={onSort} onSelect={setSelected} />
          <Typography component="div" variant="body2" aria-live="polite" sx={{ minHeight: 64 }}>
            <CellDetail comparison={comparison} selected={selected} />
          </Typography>
          {rows.some(({ row }) => row.cells.some(({ score }) => score?.selectedOn === comparison.split)) ? (
            <Typography variant="body2">{translate('crucible.compare.chosenHere')}</Typography>
          ) : null}
          {rows.length < all.length ? (
            <Alert
              severity="info"
              action={
                <Button onClick={() => change({ ranges: {} })}>{translate('crucible.compareCharts.clear')}</Button>
              }
            >
              {translate('crucible.compareCharts.filtered', { within: rows.length, all: all.length })}
            </Alert>
          ) : null}
          <ExportButtons comparison={comparison} rows={rows} against={referenceName(state.against, all)} />
          <Suspense fallback={<LinearProgress aria-hidden />}>
            <ChartsPanel comparison={comparison} rows={all} state={state} change={change} />
          </Suspense>
        </>
      ) : null}
    </Box>
  );
}
