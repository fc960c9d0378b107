import { describe, expect, it } from 'vitest';
import { axisAlong, curvesOf, numbersOf, placesOf } from './sweep-curves';

const axes = [
  { option: 'lambda', values: ['0.2', '0.4', '0.6'] },
  { option: 'density', values: ['0.1', '0.5'] },
];
const points = Array.from({ length: 6 }, (_, point) => ({
  id: `p${point}`,
  point,
  meanScore: point === 3 ? null : point / 10,
}));

describe('curves of a sweep', () => {
  it('place every point of the grid, the last option fastest', () => {
    expect(points.map(({ point }) => placesOf(point, axes).join(''))).toEqual(['00', '01', '10', '11', '20', '21']);
  });

  it('run along one option, one for each setting of the others, without points that have no score', () => {
    expect(
      curvesOf(axes, points.toReversed(), 0).map(({ name, points: curve }) => [name, curve.map(({ id }) => id).join()]),
    ).toEqual([
      ['density 0.5', 'p1,p5'],
      ['density 0.1', 'p0,p2,p4'],
    ]);
    expect(curvesOf(axes, points, 1).map(({ points: curve }) => curve.length)).toEqual([2, 1, 2]);
  });

  it.each([
    ['density', 1],
    [null, 0],
    ['nothing of this sweep', 0],
  ])('named %s run along axis %i: that one, or the one with the most values', (named, expected) => {
    expect(axisAlong(axes, named)).toBe(expected);
    expect(axisAlong(axes.toReversed(), null)).toBe(1);
  });

  it('have no name where there is one option', () => {
    expect(curvesOf(axes.slice(0, 1), points.slice(0, 2), 0)[0]).toMatchObject({
      name: '',
      points: [{ values: ['0.2'] }, { values: ['0.4'] }],
    });
  });

  it.each([
    [
      ['0.2', '1e-3'],
      [0.2, 0.001],
    ],
    [['PAPER', '0.2'], undefined],
    [['true', 'false'], undefined],
    [[''], undefined],
    [[], undefined],
  ])('of values %j are at the numbers %j', (values, expected) => {
    expect(numbersOf({ option: 'x', values })).toEqual(expected);
  });
});
