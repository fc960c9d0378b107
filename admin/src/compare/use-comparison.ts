import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef } from 'react';
import { useParams, useSearchParams } from 'react-router';
import { expectType } from '../graphql/expect-type';
import { request } from '../graphql/request';
import type { ComparisonInput, SubjectsQuery } from '../graphql/generated/graphql';
import { comparisonQuery, subjectsQuery } from './comparison-query';
import {
  changeState,
  initialState,
  readState,
  writeState,
  type ComparisonState,
  type SubjectKey,
} from './comparison-state';

/** So many runs stand here when none are chosen. */
const NEWEST = 50;

export function useComparisonState(): readonly [ComparisonState, (change: Partial<ComparisonState>) => void] {
  const { id } = useParams();
  const [search, setSearch] = useSearchParams();
  const state = useMemo(() => readState(search), [search]);
  // The router makes another one at each change of the address; `change` stays one, so that what does not depend on the address is not drawn anew.
  const latest = useRef(setSearch);
  useEffect(() => {
    latest.current = setSearch;
  }, [setSearch]);
  const change = useCallback(
    (part: Partial<ComparisonState>) =>
      latest.current(
        (now) => {
          const next = writeState(changeState(readState(now), part));
          // Below a saved comparison an empty address stands for what is saved.
          if (id !== undefined && next.size === 0) next.set('view', initialState.view);
          return next;
        },
        { replace: true, preventScrollReset: true },
      ),
    [id],
  );
  return [state, change];
}

/** What there is to choose from. */
export function useChoices() {
  return useQuery({
    queryKey: ['runs', 'choices'],
    queryFn: ({ signal }) =>
      request(subjectsQuery, { runs: { states: ['SUCCEEDED'] }, adapters: {}, first: NEWEST }, signal),
  });
}

/** What is asked for: what the state names, else the newest runs on all tasks that they were scored on. */
export function inputOf(state: ComparisonState, choices: SubjectsQuery): ComparisonInput | undefined {
  const runs = choices.fusionRuns.nodes;
  const subjects: readonly SubjectKey[] =
    state.subjects.length > 0 ? state.subjects : runs.map(({ id }) => ({ kind: 'run', id }));
  const chosen = new Set(subjects.map(({ id }) => id));
  const scored = new Set(runs.filter(({ id }) => chosen.has(id)).flatMap((run) => run.evaluateOn.map(({ id }) => id)));
  const all = choices.tasks.nodes.map(({ id }) => id);
  const tasks = state.tasks.length > 0 ? state.tasks : scored.size > 0 ? all.filter((id) => scored.has(id)) : all;
  const { against } = state;
  const pinned = typeof against === 'string' ? -1 : subjects.findIndex(({ id }) => id === against.id);
  if (subjects.length === 0 || tasks.length === 0) return undefined;
  return {
    subjects: subjects.map(({ kind, id }) => ({ [kind]: id })),
    tasks: [...tasks],
    split: state.split,
    against: typeof against === 'string' ? against : pinned < 0 ? 'SPECIALIST' : 'SUBJECT',
    ...(pinned < 0 ? {} : { referenceSubject: pinned }),
  };
}

export function useComparison(input: ComparisonInput | undefined) {
  return useQuery({
    queryKey: ['runs', 'comparison', input],
    enabled: input !== undefined,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) =>
      expectType((await request(comparisonQuery, { input: input! }, signal)).comparison, 'Comparison'),
  });
}
