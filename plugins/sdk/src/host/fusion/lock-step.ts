/**
 * Results that several readers take, each in ascending order of their indexes and each perhaps not all of them: nobody gets a result before all are
 * done with those before it, so that one result at a time is held, however unevenly the readers work.
 */
export class LockStep<T> {
  readonly #at: number[];
  readonly #waiting = new Set<() => void>();
  #failure: { readonly error: unknown } | undefined;
  #held: { readonly index: number; readonly result: Promise<T> } | undefined;

  constructor(
    readers: number,
    private readonly make: (index: number) => Promise<T>,
  ) {
    this.#at = Array.from({ length: readers }, () => 0);
  }

  /** By asking for a result, a reader is done with all before it. */
  async take(reader: number, index: number): Promise<T> {
    this.#move(reader, index);
    while (this.#failure === undefined && Math.min(...this.#at) < index) {
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
    if (this.#failure) throw this.#failure.error;
    if (this.#held?.index !== index) this.#held = { index, result: this.make(index) };
    return this.#held.result;
  }

  /** A reader that needs nothing more. */
  leave(reader: number): void {
    this.#move(reader, Infinity);
  }

  /** All readers get this error from now on; answers with the error that came first. */
  fail(error: unknown): unknown {
    this.#failure ??= { error };
    this.#wake();
    return this.#failure.error;
  }

  #move(reader: number, index: number): void {
    this.#at[reader] = index;
    this.#wake();
  }

  #wake(): void {
    for (const resume of this.#waiting) resume();
    this.#waiting.clear();
  }
}
