import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Keeps what a map has come to, with the seconds that it took, over all attempts. */
export class AnalysisClock {
  readonly #file: string;
  readonly #started = performance.now();
  #before = 0;

  constructor(folder: string) {
    this.#file = join(folder, 'analysis.json');
  }

  async load<State>(): Promise<State | undefined> {
    const text = await readFile(this.#file, 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    const { seconds, state } = JSON.parse(text) as { readonly seconds: number; readonly state: State };
    this.#before = seconds;
    return state;
  }

  async save(state: unknown): Promise<void> {
    await mkdir(dirname(this.#file), { recursive: true });
    const part = `${this.#file}.part`;
    await writeFile(part, JSON.stringify({ seconds: this.seconds(), state }));
    await rename(part, this.#file);
  }

  seconds(): number {
    return this.#before + (performance.now() - this.#started) / 1000;
  }
}
