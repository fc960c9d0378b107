import { describe, expect, it } from 'vitest';
import { placeNodes, type LineageEdge } from './lineage-graph';

const edge = (text: string): LineageEdge => ({ from: text[0]!, to: text[1]! });
const placed = (names: string, ...edges: readonly string[]): string =>
  placeNodes({ nodes: [...names].map((id) => ({ id, kind: 'adapter', name: id })), edges: edges.map(edge) })
    .map(({ id, column, row }) => `${id}${column}${row}`)
    .join(' ');

describe('a lineage', () => {
  it.each([
    ['goes from left to right', placed('abc', 'ab', 'bc'), 'a00 b10 c20'],
    ['puts what is fused after all that went in', placed('abrx', 'ar', 'br', 'rx'), 'a00 b01 r10 x20'],
    ['is as long as its longest way', placed('abcd', 'ab', 'bc', 'cd', 'ad'), 'a00 b10 c20 d30'],
    ['puts what joins late beside what it joins', placed('abcz', 'ab', 'bc', 'zc'), 'a00 b10 c20 z11'],
    ['is one node alone', placed('a'), 'a00'],
    ['ends, whatever it is given', placed('ab', 'ab', 'ba').length > 0, true],
  ])('%s', (_law, got, expected) => {
    expect(got).toBe(expected);
  });
});
