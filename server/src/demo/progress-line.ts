import type { WriteStream } from 'node:tty';

/** One line that is written over on a terminal; elsewhere a line whenever the count of what is done changes, so that logs stay short. */
export class ProgressLine {
  readonly #output: Pick<WriteStream, 'write' | 'isTTY' | 'columns'>;
  #shown = '';

  constructor(output: Pick<WriteStream, 'write' | 'isTTY' | 'columns'>) {
    this.#output = output;
  }

  show(line: string): void {
    if (this.#output.isTTY) {
      const text = line.slice(0, (this.#output.columns || 80) - 1);
      if (text !== this.#shown) this.#output.write(`\r\u001B[2K${text}`);
      this.#shown = text;
      return;
    }
    const [count = ''] = line.split(' · ');
    if (count !== this.#shown) this.#output.write(`${line}\n`);
    this.#shown = count;
  }

  clear(): void {
    if (this.#output.isTTY && this.#shown !== '') this.#output.write('\r\u001B[2K');
    this.#shown = '';
  }
}
