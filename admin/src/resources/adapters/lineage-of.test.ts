import { describe, expect, it } from 'vitest';
import { lineageOf } from './lineage-of';
import type { LineageAnswer } from './lineage-query';

const base = { id: 'vit', name: 'ViT' };
const frame = { id: 'frame', name: 'demo' };
const run = (id: string) => ({ id, name: id, seed: 0, strategy: { title: 'TIES' } });
const imported = { __typename: 'ImportedFrom', workspace: 'demo', file: 'a' } as const;
const member = (id: string, provenance: object = imported, of: object = { frame: null }) => ({
  id,
  name: id,
  base,
  provenance,
  ...of,
});
const show = (adapter: object): string => {
  const given = { __typename: 'Adapter', frame: null, fusionRuns: [], ...adapter } as unknown as LineageAnswer;
  const { nodes, edges } = lineageOf(given, ({ name }) => name ?? '');
  return `${nodes.map(({ id, kind }) => `${kind} ${id}`).join()} | ${edges.map(({ from, to }) => `${from}>${to}`).join()}`;
};

describe('the lineage of an adapter', () => {
  it.each([
    ['begins at its base', show(member('a')), 'adapter a,base vit | vit>a'],
    [
      'goes through its frame',
      show(member('a', imported, { frame })),
      'adapter a,base vit,frame frame | vit>frame,frame>a',
    ],
    [
      'names the training that made it',
      show(member('a', { __typename: 'TrainedBy', training: { id: 't', name: 't' } })),
      'adapter a,job t,base vit | t>a,vit>a',
    ],
    [
      'has what was fused into it, each once',
      show(
        member('f', {
          __typename: 'FusedBy',
          run: { ...run('r'), members: [{ adapter: member('a') }, { adapter: member('b') }, { adapter: member('a') }] },
        }),
      ),
      'adapter f,run r,adapter a,base vit,adapter b | r>f,vit>a,a>r,vit>b,b>r',
    ],
    [
      'has what came of it',
      show({ ...member('a'), fusionRuns: [{ ...run('r'), outputs: [{ id: 'f', name: 'f' }] }] }),
      'adapter a,base vit,run r,adapter f | vit>a,a>r,r>f',
    ],
    [
      'ends where the answer does: a fusion whose members were not asked for',
      show(member('f', { __typename: 'FusedBy', run: run('r') })),
      'adapter f,run r | r>f',
    ],
  ])('%s', (_law, got, expected) => {
    expect(got).toBe(expected);
  });
});
