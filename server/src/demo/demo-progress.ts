/** States after which a job changes no more. */
const ended = new Set(['SUCCEEDED', 'FAILED', 'CANCELLED']);

export interface DemoJob {
  readonly title: string;
  readonly state: string;
  readonly progress?: { readonly phase: string; readonly done: number; readonly total: number } | null;
}

export const hasEnded = ({ state }: { readonly state: string }): boolean => ended.has(state);

/** One line: how many jobs are done of how many, and what is under way. */
export function describeProgress(jobs: readonly DemoJob[]): string {
  const done = jobs.filter(hasEnded).length;
  const underWay = jobs
    .filter((job) => !hasEnded(job) && job.state !== 'QUEUED')
    .map(({ title, state, progress }) => {
      const share = progress && progress.total > 0 ? ` ${Math.round((100 * progress.done) / progress.total)} %` : '';
      return `${title} (${(progress?.phase ?? state).toLowerCase()}${share})`;
    });
  return `${done}/${jobs.length} done${underWay.length > 0 ? ` · ${underWay.join(' · ')}` : ''}`;
}
