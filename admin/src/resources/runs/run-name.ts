import { useCallback } from 'react';
import { useTranslate } from 'react-admin';

interface Named {
  readonly name: string | null;
  readonly seed: number;
  readonly strategy: { readonly title: string };
}

/** A run by its name; one that got none, by its strategy and seed. The same function until the language changes. */
export function useRunName(): (run: Named) => string {
  const translate = useTranslate();
  return useCallback(
    ({ name, seed, strategy }) => name ?? translate('resources.runs.unnamed', { strategy: strategy.title, seed }),
    [translate],
  );
}
