/** Numbers as the reader's language writes them. What is not there is a dash, never a 0. */
export const NONE = '–';

/** A score of 0 to 1 as a percentage with one decimal: `83.4 %`. */
export function formatPercent(value: number | null | undefined, locale: string, digits = 1): string {
  if (value === null || value === undefined) return NONE;
  return new Intl.NumberFormat(locale, {
    style: 'percent',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value);
}

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

/** Bytes by powers of 1000, as disks count: `1.2 MB`. Takes the API's BigInt, which is text. */
export function formatBytes(bytes: string | number | null | undefined, locale: string): string {
  if (bytes === null || bytes === undefined) return NONE;
  let amount = Number(bytes);
  let unit = 0;
  while (amount >= 1000 && unit < UNITS.length - 1) {
    amount /= 1000;
    unit += 1;
  }
  const text = new Intl.NumberFormat(locale, { maximumFractionDigits: amount < 10 && unit > 0 ? 1 : 0 }).format(amount);
  return `${text} ${UNITS[unit]}`;
}

export function formatNumber(value: number | null | undefined, locale: string, digits = 4): string {
  if (value === null || value === undefined) return NONE;
  return new Intl.NumberFormat(locale, { maximumSignificantDigits: digits }).format(value);
}

export function formatMoment(moment: string | null | undefined, locale: string): string {
  if (!moment) return NONE;
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(moment));
}

/** `850 ms`, `12.3 s`, `4 min 05 s`, `2 h 10 min`. */
export function formatSeconds(seconds: number | null | undefined, locale: string): string {
  if (seconds === null || seconds === undefined) return NONE;
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(seconds)} s`;
  const whole = Math.round(seconds);
  const pad = (value: number): string => String(value).padStart(2, '0');
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${pad(Math.floor((whole % 3600) / 60))} min`;
}

/** Seconds between two moments of the API. */
export function secondsBetween(from: string | null | undefined, until: string | null | undefined): number | undefined {
  return from && until ? (Date.parse(until) - Date.parse(from)) / 1000 : undefined;
}

/** A difference of two shares in percentage points, with its sign: `+2.3`, `−0.4`, `0.0`. */
export function formatPoints(difference: number | null | undefined, locale: string): string {
  if (difference === null || difference === undefined) return NONE;
  return new Intl.NumberFormat(locale, {
    signDisplay: 'exceptZero',
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  }).format(difference * 100);
}

/** Metrics whose figures are shares; the others are numbers as they are, such as a correlation or a perplexity. */
const SHARES: readonly string[] = ['ACCURACY', 'MACRO_F1', 'EXACT_MATCH'];

/** A score as its metric is written: `83.4 %`, or `0.712`. */
export function formatScore(value: number | null | undefined, metric: string, locale: string): string {
  return SHARES.includes(metric) ? formatPercent(value, locale) : formatNumber(value, locale, 3);
}
