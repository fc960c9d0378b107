export interface FieldIssue {
  readonly code: string;
  readonly message: string;
  readonly path: readonly string[];
}

/** Messages for one field: of all issues at its path or below it (an item of a list is shown at the list). */
export function messagesAt(issues: readonly FieldIssue[], path: string): readonly string[] {
  const messages = issues
    .filter((issue) => {
      const place = issue.path.join('.');
      return place === path || place.startsWith(`${path}.`);
    })
    .map(({ message }) => message);
  return [...new Set(messages)];
}
