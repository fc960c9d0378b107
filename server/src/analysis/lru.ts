/** What was asked for last stays, up to a number of entries and a sum of sizes; the rest is let go. */
export class Lru<Value> {
  readonly #entries = new Map<string, { readonly value: Value; readonly size: number }>();
  readonly #most: { readonly entries: number; readonly size: number };
  readonly #drop: (value: Value) => void;
  #size = 0;

  constructor(most: { readonly entries: number; readonly size: number }, drop: (value: Value) => void = () => {}) {
    this.#most = most;
    this.#drop = drop;
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    // A map keeps the order in which keys came: the last is the youngest.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  set(key: string, value: Value, size = 0): void {
    this.delete(key);
    this.#entries.set(key, { value, size });
    this.#size += size;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#most.entries && this.#size <= this.#most.size) return;
      // What was just put in stays, however large: its user holds it anyway.
      if (oldest === key) return;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#size -= entry.size;
    this.#drop(entry.value);
  }

  get size(): number {
    return this.#entries.size;
  }
}
