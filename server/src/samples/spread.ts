/** `count` of the numbers below `examples`, at even distances. */
export const spread = (examples: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => Math.floor((index * examples) / count));
