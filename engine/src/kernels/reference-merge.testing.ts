import type { DisjointMember, DisjointRule } from './disjoint-rule.js';

/** Multiples of 1/8 between -4 and 4, a sixth of them 0: sums of them are exact in float32. */
export function testValues(count: number, seed: number): Float32Array {
  let state = (seed + 1) * 2654435761;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state % 6 === 0 ? 0 : ((state >>> 9) % 65) / 8 - 4;
  });
}

/** The rule of TIES read element by element in float64, without blocks, bits or typed arrays: the independent check of the kernels. */
export function referenceMerge(
  arrays: readonly Float32Array[],
  weights: readonly number[],
  members: readonly DisjointMember[],
  rule: DisjointRule,
): number[] {
  const kept = arrays.map((values, m) => referenceTrim([...values], members[m]!));
  return kept[0]!.map((_, i) => {
    const entries = kept.map((values, m) => ({
      entry: values[i]!,
      weight: weights[m]!,
      value: weights[m]! * values[i]!,
    }));
    const voters = entries.map(({ entry, value }) => (rule.weightedVote ? value : entry));
    const votes = rule.vote === 'MASS' ? voters : voters.map(Math.sign);
    const sign = Math.sign(votes.reduce((sum, vote) => sum + vote, 0)) || rule.zeroSign;
    const agreeing = entries.filter((_e, m) => (sign > 0 ? voters[m]! > 0 : voters[m]! < 0));
    const sum = agreeing.reduce((total, { value }) => total + value, 0);
    if (rule.merge === 'SUM') return rule.lambda * sum;
    if (rule.merge === 'MAX') {
      if (sign === 0) return 0;
      const largest = agreeing.toSorted((x, y) => Math.abs(y.value) - Math.abs(x.value))[0];
      return rule.lambda * (largest?.value ?? 0);
    }
    const divisor =
      rule.divisor === 'COUNT' ? agreeing.length : agreeing.reduce((total, { weight }) => total + weight, 0);
    return (rule.lambda * sum) / (divisor || 1);
  });
}

/** Sorts, takes the first so many, ties by position. `equals` must be finite. */
function referenceTrim(values: readonly number[], { cut }: DisjointMember): number[] {
  const threshold = new Float32Array(new Uint32Array([cut.bits]).buffer)[0]!;
  const above = values.filter((value) => Math.abs(value) > threshold).length;
  const order = values.map((_, i) => i).sort((i, j) => Math.abs(values[j]!) - Math.abs(values[i]!) || i - j);
  const chosen = new Set(order.slice(0, above + cut.equals));
  return values.map((value, i) => (chosen.has(i) ? value : 0));
}
