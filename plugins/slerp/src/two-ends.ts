import type { ModuleMember } from '@crucible/sdk';
import type { Gram } from '@crucible/sdk/elementwise';
import type { Pair } from './slerp-coefficients.js';

/**
 * Interpolates between the run's first adapter and its second. One that lacks the module counts as zero there. A weight of the members is given back with
 * their coefficients.
 */
export function betweenEnds(
  { size, data }: Gram,
  members: readonly ModuleMember[],
  factorOf: (member: ModuleMember) => number,
  interpolate: (pair: Pair) => readonly [number, number],
): readonly number[] {
  const places = [0, 1].map((position) => members.findIndex((member) => member.position === position));
  const factors = members.map(factorOf);
  const product = (i: number, j: number): number =>
    i < 0 || j < 0 ? 0 : factors[i]! * factors[j]! * data[i * size + j]!;
  const [first, second] = places as [number, number];
  const ends = interpolate({ xx: product(first, first), yy: product(second, second), xy: product(first, second) });
  return members.map(({ position }, place) => ends[position]! * factors[place]!);
}
