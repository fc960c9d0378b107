import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { comparisonLimits } from '../comparison/limits.js';
import { SavedComparison } from '../entities/index.js';
import { createTestServer, type TestServer } from './testing/create-test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await createTestServer();
});
afterAll(() => server.dispose());

const FIELDS = `__typename ... on SavedComparison { id name state updatedAt } ... on Problem { code path }`;
interface Saved {
  readonly __typename: string;
  readonly id: string;
  readonly name: string;
  readonly state: string;
}
const ask = async (field: string, variables: string, given: Record<string, unknown>, fields = FIELDS): Promise<Saved> =>
  (await server.data<{ result: Saved }>(`mutation (${variables}) { result: ${field} { ${fields} } }`, given)).result;
const save = (input: object): Promise<Saved> =>
  ask('saveComparison(input: $input)', '$input: SaveComparisonInput!', { input });
const update = (id: string, input: object): Promise<Saved> =>
  ask('updateSavedComparison(id: $id, input: $input)', '$id: ID!, $input: UpdateSavedComparisonInput!', { id, input });
const remove = (id: string): Promise<Saved> =>
  ask('deleteSavedComparison(id: $id)', '$id: ID!', { id }, '__typename ... on Deleted { id } ... on Problem { code }');
const UNKNOWN = '00000000-0000-4000-8000-000000000000';

describe('a saved comparison', () => {
  it('is found by its id and by its name, changed in part, and deleted', async () => {
    const saved = await save({ name: ' The best ', state: 'view=share&sort=-worst' });
    expect(saved).toMatchObject({ name: 'The best', state: 'view=share&sort=-worst' });
    const { node } = await server.data<{ node: unknown }>(
      `query ($id: ID!) { node(id: $id) { id ... on SavedComparison { name } } }`,
      { id: saved.id },
    );
    expect(node).toEqual({ id: saved.id, name: 'The best' });
    expect(await update(saved.id, { name: 'Another' })).toMatchObject({ name: 'Another', state: saved.state });
    expect(await update(saved.id, { state: '' })).toMatchObject({ name: 'Another', state: '' });
    const list = `{ savedComparisons(filter: { search: "anoth" }) { totalCount nodes { id } } }`;
    expect(await server.data(list)).toMatchObject({ savedComparisons: { totalCount: 1, nodes: [{ id: saved.id }] } });
    expect(await remove(saved.id)).toEqual({ __typename: 'Deleted', id: saved.id });
    expect(await server.data(list)).toMatchObject({ savedComparisons: { totalCount: 0 } });
    expect(await remove(saved.id)).toMatchObject({ code: 'NOT_FOUND' });
  });

  it.each([
    ['no name', { name: ' ', state: '' }, 'name'],
    ['a name too long', { name: 'x'.repeat(comparisonLimits.savedName + 1), state: '' }, 'name'],
    ['a state too long', { name: 'x', state: 'x'.repeat(comparisonLimits.savedState + 1) }, 'state'],
    ['a state that leads elsewhere', { name: 'x', state: '#/../evil' }, 'state'],
  ])('is refused with %s', async (_, input, path) => {
    expect(await save(input)).toMatchObject({ code: 'OPTIONS_INVALID', path: [path] });
  });

  it.each([UNKNOWN, 'nobody'])('that nobody saved is not found: %s', async (id) => {
    expect(await update(id, { name: 'x' })).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is one of so many', async () => {
    const em = server.platform.orm.em.fork();
    for (let index = 0; index < comparisonLimits.saved; index += 1) {
      em.create(SavedComparison, { name: String(index), state: '' } as never);
    }
    await em.flush();
    expect(await save({ name: 'one more', state: '' })).toMatchObject({ code: 'QUOTA_EXCEEDED' });
  });
});
