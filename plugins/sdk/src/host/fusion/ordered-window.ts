/**
 * Results of `count` computations, taken about in order and computed a little ahead: at most `ahead` lie finished or under way, so that
 * memory does not grow with their number.
 */
export class OrderedWindow<T> {
  readonly #running = new Map<number, Promise<T>>();
  #started = 0;

  constructor(
    readonly count: number,
    readonly ahead: number,
    private readonly compute: (index: number) => Promise<T>,
  ) {}

  /** Each index is taken once. One that lies beyond the window starts all before it. */
  async take(index: number): Promise<T> {
    this.#startUpTo(index);
    const result = this.#running.get(index);
    if (result === undefined) throw new RangeError(`result ${index} was taken already or does not exist`);
    try {
      return await result;
    } finally {
      this.#running.delete(index);
      // Started only now, so that what was taken is not held beside a full window.
      this.#startUpTo(index + 1);
    }
  }

  /** Waits until nothing is under way any more; whatever was computed is dropped. */
  async drain(): Promise<void> {
    this.#started = this.count;
    await Promise.allSettled(this.#running.values());
    this.#running.clear();
  }

  #startUpTo(index: number): void {
    const end = Math.min(this.count, index + this.ahead);
    for (; this.#started < end; this.#started += 1) {
      const result = this.compute(this.#started);
      // Its failure is thrown to whoever takes it; until then it must not count as unhandled.
      result.catch(() => undefined);
      this.#running.set(this.#started, result);
    }
  }
}
