interface Progress {
  readonly done: number;
  readonly total: number;
}

/** How far a job is, 0 to 1; undefined before it knows. */
export function shareOf(progress: Progress | null | undefined): number | undefined {
  return progress && progress.total > 0 ? progress.done / progress.total : undefined;
}
