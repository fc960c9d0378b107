/** One way in which something can fail, for the generated docs/errors.md. */
export interface ErrorEntry {
  /** Stable, SCREAMING_SNAKE_CASE, never reused for another meaning. */
  readonly code: string;
  /** What happened, in one sentence without figures. */
  readonly summary: string;
  /** What the reader can do about it. */
  readonly remedy: string;
}

/** An error with a stable code. Recognize it by `isCrucibleError`, never by `instanceof`: copies of a package may coexist. */
export class CrucibleError extends Error {
  readonly code: string;
  readonly remedy: string;
  /** Figures and names of this occurrence, for programs. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(entry: ErrorEntry, message: string, details: Readonly<Record<string, unknown>> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'CrucibleError';
    this.code = entry.code;
    this.remedy = entry.remedy;
    this.details = details;
  }
}

export function isCrucibleError(value: unknown): value is CrucibleError {
  return value instanceof Error && value.name === 'CrucibleError' && 'code' in value && 'remedy' in value;
}
