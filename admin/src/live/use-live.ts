import { useEffect, useRef, useSyncExternalStore } from 'react';
import type { TypedDocumentString } from '../graphql/documents';
import type { ConnectionState } from './connection';
import { live } from './page-connection';

/** Listens while the component is there. `variables` of undefined listen to nothing. */
export function useLive<Result, Variables extends Readonly<Record<string, unknown>>>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables | undefined,
  onData: (data: Result) => void,
): void {
  const latest = useRef(onData);
  latest.current = onData;
  const key = variables === undefined ? undefined : JSON.stringify(variables);
  useEffect(() => {
    if (key === undefined) return undefined;
    return live.subscribe(document, JSON.parse(key) as Variables, (data) => latest.current(data));
  }, [document, key]);
}

export const useConnectionState = (): ConnectionState => useSyncExternalStore(live.listen, () => live.state);
