export type LineageKind = 'base' | 'frame' | 'adapter' | 'run' | 'job';

export interface LineageNode {
  readonly id: string;
  readonly kind: LineageKind;
  readonly name: string;
}

export interface LineageEdge {
  readonly from: string;
  readonly to: string;
}

export interface LineageGraph {
  readonly nodes: readonly LineageNode[];
  readonly edges: readonly LineageEdge[];
}

/** Where a node is drawn: its column from the left, its row in the column. */
export interface PlacedNode extends LineageNode {
  readonly column: number;
  readonly row: number;
}

/**
 * Nodes in columns, so that every edge goes to the right: a node stands one column after the last of those that it comes of, and what nothing comes of stands
 * just before what comes of it. In a column the order is that in which nodes were named. An edge that would close a circle is left out of account.
 */
export function placeNodes({ nodes, edges }: LineageGraph): readonly PlacedNode[] {
  const columns = new Map(nodes.map(({ id }) => [id, 0]));
  // The longest path of a graph without circles has fewer steps than nodes: more rounds would go around one.
  for (let round = 1; round < nodes.length; round += 1) {
    for (const { from, to } of edges) {
      const after = (columns.get(from) ?? 0) + 1;
      if (after > (columns.get(to) ?? 0) && after < nodes.length) columns.set(to, after);
    }
  }
  for (const { id } of nodes) {
    const next = edges.filter(({ from }) => from === id).map(({ to }) => columns.get(to) ?? 0);
    if (next.length > 0 && !edges.some(({ to }) => to === id)) columns.set(id, Math.max(0, Math.min(...next) - 1));
  }
  const rows = new Map<number, number>();
  return nodes.map((node) => {
    const column = columns.get(node.id) ?? 0;
    const row = rows.get(column) ?? 0;
    rows.set(column, row + 1);
    return { ...node, column, row };
  });
}
