import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document } from 'yaml';
import { mergeConfigErrors } from './errors.js';
import type { Place } from './finding.js';
import { mergeConfigLimits } from './limits.js';

/** YAML as data that knows where it stands. Keys are strings, and unique. */
export type Tree =
  | { readonly kind: 'SCALAR'; readonly at: Place; readonly value: string | number | boolean | null }
  | { readonly kind: 'MAP'; readonly at: Place; readonly entries: ReadonlyMap<string, Tree> }
  | { readonly kind: 'LIST'; readonly at: Place; readonly items: readonly Tree[] };

/**
 * Parses one YAML document. Aliases are followed, and whatever they are repeated into counts against the cap on nodes, so that a few lines cannot become
 * gigabytes.
 *
 * @throws MERGE_CONFIG_TOO_LARGE, MERGE_CONFIG_YAML
 */
export function parseYamlTree(text: string): Tree {
  const bytes = Buffer.byteLength(text);
  if (bytes > mergeConfigLimits.bytes) throw tooLarge('bytes', bytes, mergeConfigLimits.bytes);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, stringKeys: true, prettyErrors: false });
  const [error] = document.errors;
  if (error) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw mergeConfigErrors.yaml({ line, column: col, problem: error.message }, error);
  }
  return new TreeBuilder(document, lines).build(document.contents, [], 0);
}

const tooLarge = (what: keyof typeof mergeConfigLimits, got: number, limit: number): Error =>
  mergeConfigErrors.tooLarge({ what, got, limit });

class TreeBuilder {
  readonly #document: Document;
  readonly #lines: LineCounter;
  #nodes = 0;

  constructor(document: Document, lines: LineCounter) {
    this.#document = document;
    this.#lines = lines;
  }

  build(node: unknown, path: readonly string[], depth: number): Tree {
    this.#nodes += 1;
    if (this.#nodes > mergeConfigLimits.nodes) throw tooLarge('nodes', this.#nodes, mergeConfigLimits.nodes);
    if (depth > mergeConfigLimits.depth) throw tooLarge('depth', depth, mergeConfigLimits.depth);
    if (isAlias(node)) return this.build(node.resolve(this.#document), path, depth + 1);
    const at = this.#place(node, path);
    if (isMap(node)) {
      const entries = new Map(
        node.items.map(({ key, value }) => {
          const name = String(isScalar(key) ? key.value : key);
          return [name, this.build(value, [...path, name], depth + 1)] as const;
        }),
      );
      return { kind: 'MAP', at, entries };
    }
    if (isSeq(node)) {
      const items = node.items.map((item, index) => this.build(item, [...path, String(index)], depth + 1));
      return { kind: 'LIST', at, items };
    }
    const value: unknown = isScalar(node) ? node.value : null;
    if (value === null || value === undefined) return { kind: 'SCALAR', at, value: null };
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      return { kind: 'SCALAR', at, value };
    }
    throw mergeConfigErrors.yaml({ ...at, problem: `a ${typeof value} is no value of a configuration` });
  }

  #place(node: unknown, path: readonly string[]): Place {
    const range = (node as { readonly range?: readonly number[] | null } | null)?.range;
    const { line, col } = this.#lines.linePos(range?.[0] ?? 0);
    return { path, line, column: col };
  }
}
