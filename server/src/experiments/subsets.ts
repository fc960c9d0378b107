/** All subsets of these sizes of the numbers below n, small ones first, each ascending, equal sizes in lexical order. */
export function subsetsOf(n: number, sizes: readonly number[]): readonly (readonly number[])[] {
  return [...new Set(sizes)].sort((x, y) => x - y).flatMap((size) => choose(n, size));
}

function choose(n: number, size: number, from = 0): readonly (readonly number[])[] {
  if (size === 0) return [[]];
  const subsets: number[][] = [];
  for (let first = from; first <= n - size; first += 1) {
    for (const rest of choose(n, size - 1, first + 1)) subsets.push([first, ...rest]);
  }
  return subsets;
}

/** How many subsets of these sizes there are: what is too many is not listed first. */
export function countSubsets(n: number, sizes: readonly number[]): number {
  return [...new Set(sizes)].reduce((sum, size) => sum + binomial(n, size), 0);
}

function binomial(n: number, k: number): number {
  let value = 1;
  for (let i = 1; i <= k; i += 1) value = (value * (n - k + i)) / i;
  return Math.round(value);
}
