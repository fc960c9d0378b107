import { useMemo } from 'react';
import { useLocaleState } from 'react-admin';
import {
  formatBytes,
  formatMoment,
  formatNumber,
  formatPercent,
  formatPoints,
  formatScore,
  formatSeconds,
} from './format';

type Given<T> = T | null | undefined;

/** The way the reader writes numbers: the browser's own variety of the chosen language, such as `en-GB` for `en`. */
export function localeOf(language: string): string {
  return navigator.languages.find((tag) => tag.split('-')[0] === language) ?? language;
}

/** Numbers, sizes and moments as the reader writes them; what is not there is a dash. */
export function useFormat() {
  const [language] = useLocaleState();
  return useMemo(() => {
    const locale = localeOf(language);
    return {
      percent: (value: Given<number>, digits?: number) => formatPercent(value, locale, digits),
      score: (value: Given<number>, metric: string) => formatScore(value, metric, locale),
      points: (value: Given<number>) => formatPoints(value, locale),
      bytes: (bytes: Given<string | number>) => formatBytes(bytes, locale),
      number: (value: Given<number>, digits?: number) => formatNumber(value, locale, digits),
      moment: (moment: Given<string>) => formatMoment(moment, locale),
      seconds: (seconds: Given<number>) => formatSeconds(seconds, locale),
    };
  }, [language]);
}
