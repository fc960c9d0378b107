/** How far a phase was at a moment, in milliseconds. */
export interface Sample {
  readonly phase: string;
  readonly done: number;
  readonly total: number;
  readonly at: number;
}

export interface Pace {
  /** Units of the phase in a second. */
  readonly perSecond: number;
  /** Of this phase; what follows is not known. */
  readonly secondsLeft: number;
}

/** Samples that a pace is taken from: old ones say little of a machine that others use too. */
const KEPT = 20;

/** A sample more; those of another phase, or from before a retry, are forgotten. */
export function addSample(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const last = samples.at(-1);
  if (!last || last.phase !== sample.phase || sample.done < last.done) return [sample];
  return last.done === sample.done ? samples : [...samples, sample].slice(-KEPT);
}

/** The pace from the first to the last sample; none from one alone, or where the phase does not know its end. */
export function paceOf(samples: readonly Sample[]): Pace | undefined {
  const [first] = samples;
  const last = samples.at(-1);
  if (!first || !last || last.at <= first.at || last.done <= first.done || last.total <= 0) return undefined;
  const perSecond = ((last.done - first.done) / (last.at - first.at)) * 1000;
  return { perSecond, secondsLeft: Math.max(0, last.total - last.done) / perSecond };
}
