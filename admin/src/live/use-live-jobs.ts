import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { graphql } from '../graphql/documents';
import { useConnectionState, useLive } from './use-live';

const jobsChanged = graphql(`
  subscription JobsChanged {
    jobsChanged {
      jobs {
        __typename
        id
        state
      }
    }
  }
`);

/** Which lists show a job of a kind; jobs themselves are shown in `jobs` and on the home page. */
const SHOWN_IN: Readonly<Record<string, readonly string[]>> = {
  FusionRun: ['runs', 'adapters', 'sweeps'],
  Evaluation: ['evaluations', 'runs', 'tasks', 'adapters'],
  ExportRun: ['adapters'],
  ExtractionRun: ['adapters'],
  ImportRun: ['adapters', 'bases', 'frames'],
  ModelFusionRun: ['bases'],
  StatisticsRun: ['adapters'],
  TrainingRun: ['adapters', 'frames'],
  Sweep: ['runs', 'sweeps'],
};

/** How long changes are gathered before lists are read again: a fusion with progress tells ten changes a second. */
const GATHER_MS = 700;

/** Keeps what is on the page fresh: lists that show a job that changed are read again, and everything after a lost connection. */
export function useLiveJobs(): void {
  const queries = useQueryClient();
  const stale = useRef(new Set<string>());
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const state = useConnectionState();
  const wasLost = useRef(false);

  useLive(jobsChanged, {}, ({ jobsChanged: { jobs } }) => {
    stale.current.add('jobs').add('home');
    for (const job of jobs) for (const name of SHOWN_IN[job.__typename] ?? []) stale.current.add(name);
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      for (const name of stale.current) void queries.invalidateQueries({ queryKey: [name] });
      stale.current.clear();
    }, GATHER_MS);
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    if (state === 'lost') wasLost.current = true;
    else if (state === 'connected' && wasLost.current) {
      wasLost.current = false;
      void queries.invalidateQueries();
    }
  }, [state, queries]);
}
