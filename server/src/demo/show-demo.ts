import type { WriteStream } from 'node:tty';
import { ProgressLine } from './progress-line.js';
import { runDemo } from './run-demo.js';

export interface ShowDemoOptions {
  readonly url: string;
  readonly signal: AbortSignal;
  readonly output: Pick<WriteStream, 'write' | 'isTTY' | 'columns'>;
}

const LEGEND =
  'Accuracy in percent on the test split (1,000 images a task), and beside it the share of the specialist of the same method on that task.\n' +
  'Specialists are one adapter a task; every other row is one model for all tasks. λ and LoraHub’s coefficients were chosen on validation images; TIES keeps the 20 % of its paper.\n';

/** Runs the demo and prints its table, with one line of progress meanwhile. */
export async function showDemo({ url, signal, output }: ShowDemoOptions): Promise<void> {
  const progress = new ProgressLine(output);
  try {
    const table = await runDemo({ url, signal, onProgress: (line) => progress.show(line) });
    progress.clear();
    output.write(
      table === undefined
        ? 'The workspace is empty: there is nothing to fuse yet.\n'
        : `\n${table}\n\n${LEGEND}\nNow open ${url} in a browser, or ask it with any GraphQL client.\n`,
    );
  } finally {
    progress.clear();
  }
}
