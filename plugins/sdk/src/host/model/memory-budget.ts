/** Lets works begin in the order in which they asked, as long as what they hold together fits; one that alone is too large runs alone. */
export class MemoryBudget {
  #held = 0;
  readonly #waiting: { readonly bytes: number; readonly begin: () => void }[] = [];

  constructor(private readonly limit: number) {}

  async run<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    await this.#take(bytes);
    try {
      return await work();
    } finally {
      this.#held -= bytes;
      this.#admit();
    }
  }

  async #take(bytes: number): Promise<void> {
    await new Promise<void>((begin) => {
      this.#waiting.push({ bytes, begin });
      this.#admit();
    });
  }

  #admit(): void {
    for (let [first] = this.#waiting; first; [first] = this.#waiting) {
      if (this.#held > 0 && this.#held + first.bytes > this.limit) return;
      this.#held += first.bytes;
      this.#waiting.shift();
      first.begin();
    }
  }
}
