/** Whether a generated text is one of the accepted ones: the same characters once white space at both ends is gone. Case and punctuation count. */
export function isExactMatch(predicted: string, accepted: readonly string[]): boolean {
  const got = predicted.trim();
  return accepted.some((text) => text.trim() === got);
}
