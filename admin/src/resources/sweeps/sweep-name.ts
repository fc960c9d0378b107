import { useCallback } from 'react';
import { useTranslate } from 'react-admin';

interface Named {
  readonly name: string | null;
  readonly strategy: { readonly title: string };
}

/** A sweep by its name; one that got none, by its strategy. */
export function useSweepName(): (sweep: Named) => string {
  const translate = useTranslate();
  return useCallback(
    ({ name, strategy }) => name ?? translate('resources.sweeps.unnamed', { strategy: strategy.title }),
    [translate],
  );
}
