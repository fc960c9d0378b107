import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface CodeBlock {
  /** Path from the root of the repository, and the line that the block begins on. */
  readonly where: string;
  readonly language: string;
  /** What follows the language on the fence: `needs=crucible-magmax` where the text takes for granted what is not installed. */
  readonly info: string;
  readonly text: string;
}

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Pages that speak to users: the README, and all of docs/. */
export function listPages(): readonly string[] {
  const docs = readdirSync(`${root}docs`, { recursive: true, encoding: 'utf8' });
  return ['README.md', ...docs.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)];
}

/** The fenced blocks of a page, in order. */
export function readCodeBlocks(page: string): readonly CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { language: string; info: string; line: number; text: string[] } | undefined;
  for (const [index, line] of readFileSync(root + page, 'utf8')
    .split('\n')
    .entries()) {
    const fence = /^\s*```(\w*)(.*)$/.exec(line);
    if (fence && open) {
      blocks.push({
        where: `${page}:${open.line}`,
        language: open.language,
        info: open.info,
        text: open.text.join('\n'),
      });
      open = undefined;
    } else if (fence) {
      open = { language: fence[1]!, info: fence[2]!.trim(), line: index + 1, text: [] };
    } else {
      open?.text.push(line);
    }
  }
  return blocks;
}

/** Links of a page to files of the repository, without their anchors. */
export function readLocalLinks(page: string): readonly string[] {
  const text = readFileSync(root + page, 'utf8');
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]!);
  const local = targets.filter((target) => !/^(https?:|mailto:|#)/.test(target));
  const folder = page.includes('/') ? page.slice(0, page.lastIndexOf('/') + 1) : '';
  return local.map((target) =>
    fileURLToPath(new URL(target.split('#')[0]!, new URL(`../../../${folder}`, import.meta.url))),
  );
}
