import type { ExportedFileRecord } from '../entities/index.js';
import type { CardScore, CardStrategy } from './card-data.js';
import { cell, code, line, percent, ratio } from './markdown.js';

/** Its title and papers, as a sentence has them. */
export function strategyWords({ key, version, references }: CardStrategy): string {
  const papers = references.map(({ title, arxiv, url }) => {
    const address = arxiv ? `https://arxiv.org/abs/${arxiv}` : url;
    return address ? `[${line(title)}](${address})` : line(title);
  });
  return `${code(key)} ${version}${papers.length ? ` (${papers.join('; ')})` : ''}`;
}

export function scoresSection(all: readonly CardScore[]): string {
  if (all.length === 0) return '## Scores\n\nNot scored.';
  const rows = all.map(
    ({ task, split, value, n, interval, normalizedByOwn, normalizedByBest, selectedOn, asked }) =>
      `| ${cell(asked === null ? task : `${task} (${asked})`)} | ${split} | ${percent(value)} | ${percent(interval.low)} – ${percent(interval.high)} | ${n} | ${ratio(normalizedByOwn)} | ${ratio(normalizedByBest)} | ${selectedOn ?? '–'} |`,
  );
  const confidence = Math.round(all[0]!.interval.confidence * 100);
  return `## Scores

| task | split | accuracy | ${confidence} % interval | n | of the specialist of its method | of the best specialist | options chosen on |
| --- | --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

Intervals are Wilson's. The two columns of ratios divide by the score of an adapter that was trained on that task alone.`;
}

export function filesSection(files: readonly ExportedFileRecord[]): string {
  const rows = files.map(({ name, byteLength, sha256 }) => `| ${code(name)} | ${byteLength} | ${code(sha256)} |`);
  return `## Files\n\n| file | bytes | SHA-256 |\n| --- | --- | --- |\n${rows.join('\n')}`;
}
