import type { LineageEdge, LineageGraph, LineageKind, LineageNode } from './lineage-graph';
import type { LineageAnswer } from './lineage-query';

interface Named {
  readonly id: string;
  readonly name: string;
}
interface Run {
  readonly id: string;
  readonly name: string | null;
  readonly seed: number;
  readonly strategy: { readonly title: string };
}
type Source =
  | {
      readonly __typename: 'FusedBy';
      readonly run: Run & { readonly members?: readonly { readonly adapter: Member }[] };
    }
  | { readonly __typename: 'TrainedBy'; readonly training: Named }
  | { readonly __typename: 'ExtractedBy'; readonly extraction: Named }
  | { readonly __typename: 'ImportedFrom' };
interface Member extends Named {
  readonly base: Named;
  readonly frame: Named | null;
  readonly provenance?: Source | null;
}

/** What an adapter comes of and what came of it, each once: base, frame, training, adapters, fusions, their outputs. */
export function lineageOf(adapter: LineageAnswer, nameOf: (run: Run) => string): LineageGraph {
  const nodes = new Map<string, LineageNode>();
  const edges = new Map<string, LineageEdge>();
  const add = (kind: LineageKind, { id, name }: Named): string => {
    if (!nodes.has(id)) nodes.set(id, { id, kind, name });
    return id;
  };
  const join = (from: string, to: string): void => void edges.set(`${from} ${to}`, { from, to });
  const addRun = (run: Run): string => add('run', { id: run.id, name: nameOf(run) });
  const origin = ({ id, base, frame }: Member): void => {
    const from = add('base', base);
    if (!frame) return join(from, id);
    join(from, add('frame', frame));
    return join(frame.id, id);
  };
  const ancestors = (member: Member): void => {
    add('adapter', member);
    const source = member.provenance;
    if (source?.__typename === 'FusedBy') {
      join(addRun(source.run), member.id);
      for (const { adapter: each } of source.run.members ?? []) {
        ancestors(each);
        join(each.id, source.run.id);
      }
      return;
    }
    const job = source?.__typename === 'TrainedBy' ? source.training : undefined;
    const extraction = source?.__typename === 'ExtractedBy' ? source.extraction : undefined;
    const made = job ?? extraction;
    if (made) join(add('job', made), member.id);
    origin(member);
  };
  ancestors(adapter);
  for (const run of adapter.fusionRuns) {
    join(adapter.id, addRun(run));
    for (const output of run.outputs) join(run.id, add('adapter', output));
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()] };
}
