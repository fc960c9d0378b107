import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { problemErrors } from './problem-errors.js';

const folders = ['.', '../graphql/types', '../graphql/resolvers', '../../../plugins/sdk/src/host/check'].map((path) =>
  fileURLToPath(new URL(`${path}/`, import.meta.url)),
);
const sources = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && !/(errors|\.test)\.ts$/.test(name))
    .map((name) => readFileSync(folder + name, 'utf8')),
);
/** `code: 'X'`, `super('X'` and `NotPossible('X'`: the three ways in which a problem gets its code. */
const used = sources.flatMap((text) =>
  [...text.matchAll(/(?:code: |super\(|NotPossible\(\s*)'([A-Z_]+)'/g)].map((match) => match[1]!),
);

describe('the list of problems', () => {
  it('has every code that a service or the fusion check answers, and no other', () => {
    const listed = Object.values(problemErrors).map(({ entry }) => entry.code);
    // BAD_USER_INPUT is GraphQL's own code, for values that never reach a service.
    expect([...new Set(used)].filter((code) => code !== 'BAD_USER_INPUT').toSorted()).toEqual(listed.toSorted());
  });
});
