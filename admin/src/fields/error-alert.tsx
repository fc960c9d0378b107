import { ApiError } from '../graphql/api-error';
import { ProblemAlert } from './problem-alert';

/** What the API refused, with its code and what to do about it. */
export function ErrorAlert({ error }: { readonly error: Error }) {
  const known = error instanceof ApiError ? error : undefined;
  return (
    <ProblemAlert
      problem={{ code: known?.code ?? error.name, message: error.message, remedy: known?.remedy ?? null }}
    />
  );
}
