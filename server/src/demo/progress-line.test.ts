import { describe, expect, it } from 'vitest';
import { ProgressLine } from './progress-line.js';

function record(isTTY: boolean) {
  const written: string[] = [];
  return { written, output: { isTTY, columns: 20, write: (text: string) => written.push(text) > 0 } };
}

describe('ProgressLine', () => {
  it('writes over itself on a terminal, within its width, and only when it changes', () => {
    const { written, output } = record(true);
    const line = new ProgressLine(output);
    line.show('1/2 done · a run with a long name');
    line.show('1/2 done · a run with a long name');
    line.clear();
    expect(written).toEqual(['\r\u001B[2K1/2 done · a run wi', '\r\u001B[2K']);
  });

  it('writes a line a step into a log', () => {
    const { written, output } = record(false);
    const line = new ProgressLine(output);
    line.show('0/2 done · a (fuse 10 %)');
    line.show('0/2 done · a (fuse 20 %)');
    line.show('1/2 done');
    line.clear();
    expect(written).toEqual(['0/2 done · a (fuse 10 %)\n', '1/2 done\n']);
  });
});
