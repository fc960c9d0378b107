/**
 * exp of the mean negative log-likelihood per token, over all tokens of all examples (not the mean of the examples' perplexities); at least 1.
 *
 * @param rows which examples, repeats allowed; all in order unless told.
 */
export function perplexity(
  negativeLogLikelihood: ArrayLike<number>,
  tokens: ArrayLike<number>,
  rows?: ArrayLike<number>,
): number {
  const n = rows?.length ?? tokens.length;
  let nats = 0;
  let count = 0;
  for (let i = 0; i < n; i += 1) {
    const row = rows === undefined ? i : rows[i]!;
    nats += negativeLogLikelihood[row]!;
    count += tokens[row]!;
  }
  return Math.exp(nats / count);
}
