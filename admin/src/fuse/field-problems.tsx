import { createContext, useContext, useMemo } from 'react';
import { useTranslate } from 'react-admin';
import { messagesAt, type FieldIssue } from './issues-by-path';
import type { WrongByPath } from './options-to-input';

interface Problems {
  /** What cannot be read of what was typed. */
  readonly wrong: WrongByPath;
  /** What the API says against it. */
  readonly issues: readonly FieldIssue[];
}

/** What is wrong with the form, for its fields, by the paths of the API. */
export const ProblemsContext = createContext<Problems>({ wrong: new Map(), issues: [] });

/** What is wrong with the field at a path; empty where nothing is. */
export function useFieldProblem(path: string): string {
  const { wrong, issues } = useContext(ProblemsContext);
  const translate = useTranslate();
  const own = wrong.get(path);
  const said = useMemo(() => messagesAt(issues, path), [issues, path]);
  return own ? translate(`crucible.fuse.wrong.${own.key}`, own.values ?? {}) : said.join(' ');
}
