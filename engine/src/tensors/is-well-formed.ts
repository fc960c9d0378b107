/** Whether a string is text: no half of a surrogate pair in it. (`String.prototype.isWellFormed` is not in the ES2023 library.) */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}
