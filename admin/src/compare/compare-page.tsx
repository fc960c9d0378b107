import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import LinearProgress from '@mui/material/LinearProgress';
import Typography from '@mui/material/Typography';
import { lazy, Suspense, useCallback, useMemo } from 'react';
import { Title, useTranslate } from 'react-admin';
import { useRunName } from '../resources/runs/run-name';
import { CellDetail, type Selected } from './cell-detail';
import type { Row } from './comparison-query';
import { Controls } from './controls';
import { ExportButtons } from './export-buttons';
import { writeCell, writeState } from './comparison-state';
import { groupSeeds, withoutGroups } from './group-seeds';
import { Matrix } from './matrix';
import { rowsWithin } from './ranges';
import { referenceName } from './reference-name';
import { SavedBar } from './saved-bar';
import { findRows } from './settings';
import { SettingsTable } from './settings-table';
import { showRows, sortRows, type ShownRow } from './sort-rows';
import { inputOf, useChoices, useComparison, useComparisonState } from './use-comparison';
import { useSaved } from './use-saved';

const AnalysisSection = lazy(() => import('./analyses/analysis-section'));
const ExamplesPanel = lazy(() => import('./examples-panel'));
const ChartsPanel = lazy(() => import('./charts/charts-panel'));

/** Any runs, adapters and bases on any tasks, side by side. Its whole state is in its address. */
export default function ComparePage() {
  const translate = useTranslate();
  const runName = useRunName();
  const [state, change] = useComparisonState();
  const choices = useChoices();
  const input = useMemo(() => choices.data && inputOf(state, choices.data), [state, choices.data]);
  const { data: comparison, error, isFetching } = useComparison(input);
  const saved = useSaved();
  const { view, sort, seeds, find, cell } = state;
  const onSort = useCallback((wanted: string) => change({ sort: wanted }), [change]);
  const tasks = useMemo(() => (comparison?.tasks ?? []).map(({ id }) => id), [comparison]);
  const shown = useMemo(() => {
    const nameOf = ({ subject }: Row): string =>
      subject.__typename === 'FusionRun' ? runName({ ...subject, name: subject.runName }) : subject.name;
    return showRows(comparison?.rows ?? [], view, nameOf);
  }, [comparison, view, runName]);
  const all = useMemo(() => sortRows(shown, sort, tasks), [shown, sort, tasks]);
  const rows = useMemo(() => {
    const found = findRows(rowsWithin(all, state.ranges, tasks), find);
    return seeds ? sortRows(groupSeeds(found, nameOfGroup), sort, tasks) : found;
  }, [all, state.ranges, tasks, find, seeds, sort]);
  const selected = useMemo((): Selected | undefined => {
    const row = cell && all.find((each) => each.row.subject.id === cell.subject.id);
    const task = cell ? tasks.indexOf(cell.task) : -1;
    return row && task >= 0 ? { row, task } : undefined;
  }, [all, cell, tasks]);
  const address = useMemo(() => writeState({ ...state, cell: undefined, skip: 0 }).toString(), [state]);
  const failure = error ?? choices.error ?? saved.error;
  return (
    <Box sx={{ py: 2 }}>
      <Title title={translate('crucible.compare.title')} />
      <SavedBar id={saved.id} state={state} />
      {choices.data && saved.isOpen ? <Controls choices={choices.data} state={state} change={change} /> : null}
      <Box sx={{ height: 4 }}>{isFetching || choices.isLoading ? <LinearProgress aria-hidden /> : null}</Box>
      {failure ? <Alert severity="error">{failure.message}</Alert> : null}
      {choices.data && !input ? <Typography>{translate('crucible.compare.empty')}</Typography> : null}
      {comparison && input && saved.isOpen ? (
        <>
          <SettingsTable rows={comparison.rows} />
          <Matrix
            comparison={comparison}
            rows={rows}
            view={view}
            sort={sort}
            onSort={onSort}
            address={address}
            selected={cell && writeCell(cell)}
          />
          <Typography component="div" variant="body2" aria-live="polite" sx={{ minHeight: 64 }}>
            <CellDetail comparison={comparison} selected={selected} />
          </Typography>
          {comparison.rows.some((row) => row.chosenHere) ? (
            <Typography variant="body2">{translate('crucible.compare.chosenHere')}</Typography>
          ) : null}
          {seeds ? <Typography variant="body2">{translate('crucible.compare.seedsNote')}</Typography> : null}
          {selected && cell ? (
            <Suspense fallback={<LinearProgress aria-hidden />}>
              <ExamplesPanel
                cell={cell}
                name={selected.row.name}
                task={comparison.tasks[selected.task]!.title}
                state={state}
                change={change}
              />
            </Suspense>
          ) : null}
          {!seeds && rows.length < all.length ? (
            <Alert
              severity="info"
              action={
                <Button onClick={() => change({ ranges: {}, find: '' })}>
                  {translate('crucible.compareCharts.clear')}
                </Button>
              }
            >
              {translate('crucible.compareCharts.filtered', { within: rows.length, all: all.length })}
            </Alert>
          ) : null}
          <ExportButtons
            comparison={comparison}
            rows={withoutGroups(rows)}
            against={referenceName(state.against, all)}
          />
          <Suspense fallback={<LinearProgress aria-hidden />}>
            <ChartsPanel comparison={comparison} rows={all} state={state} change={change} />
          </Suspense>
          <Suspense fallback={<LinearProgress aria-hidden />}>
            <AnalysisSection chosen={state.analysis} change={change} />
          </Suspense>
        </>
      ) : null}
    </Box>
  );
}

/** What repetitions have in common: their name, or else their strategy's. */
function nameOfGroup(rows: readonly ShownRow[]): string {
  const [{ name, row }] = rows as readonly [ShownRow];
  if (rows.every((each) => each.name === name)) return name;
  return row.subject.__typename === 'FusionRun' ? row.subject.strategy.title : name;
}
