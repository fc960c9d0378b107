import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef } from 'react';
import { useTranslate } from 'react-admin';
import { Link } from 'react-router';
import { ChartTable } from '../../charts/chart-table';
import { NameLink } from '../../fields/name-link';
import { Section } from '../../fields/section';
import { request } from '../../graphql/request';
import { useRunName } from '../runs/run-name';
import { placeNodes, type LineageEdge, type LineageKind, type PlacedNode } from './lineage-graph';
import { lineageOf } from './lineage-of';
import { lineageQuery } from './lineage-query';

const RESOURCES: Readonly<Record<LineageKind, string>> = {
  base: 'bases',
  frame: 'frames',
  adapter: 'adapters',
  run: 'runs',
  job: 'jobs',
};

/** In pixels. */
const WIDTH = 168;
const HEIGHT = 52;
const ACROSS = WIDTH + 48;
const DOWN = HEIGHT + 14;

/** What an adapter comes of, and what came of it, drawn from left to right; each node is a link, and all of it is in the table below. */
export function LineageSection({ id }: { readonly id: string }) {
  const translate = useTranslate();
  const nameOf = useRunName();
  const { data } = useQuery({
    queryKey: ['adapters', 'lineage', id],
    queryFn: ({ signal }) => request(lineageQuery, { id }, signal),
  });
  const adapter = data?.node?.__typename === 'Adapter' ? data.node : undefined;
  const graph = useMemo(() => (adapter ? lineageOf(adapter, nameOf) : undefined), [adapter, nameOf]);
  const nodes = useMemo(() => (graph ? placeNodes(graph) : []), [graph]);
  if (!graph) return null;
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const say = (key: string): string => translate(`resources.adapters.lineage.${key}`);
  const link = (node: PlacedNode | undefined, key: string) =>
    node ? (
      <NameLink key={key} to={RESOURCES[node.kind]} id={node.id}>
        {node.name}
      </NameLink>
    ) : null;
  return (
    <Section title={say('title')}>
      <Drawing nodes={nodes} edges={graph.edges} current={id} label={say('title')} />
      <ChartTable
        caption={say('title')}
        columns={[{ title: say('from') }, { title: say('fromKind') }, { title: say('to') }, { title: say('toKind') }]}
        rows={graph.edges.map(({ from, to }) => {
          const [source, target] = [byId.get(from), byId.get(to)];
          return {
            key: `${from} ${to}`,
            cells: [
              link(source, 'from'),
              say(`kind.${source?.kind ?? 'adapter'}`),
              link(target, 'to'),
              say(`kind.${target?.kind ?? 'adapter'}`),
            ],
          };
        })}
      />
    </Section>
  );
}

interface DrawingProps {
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly LineageEdge[];
  readonly current: string;
  readonly label: string;
}

function Drawing({ nodes, edges, current, label }: DrawingProps) {
  const translate = useTranslate();
  const holder = useRef<HTMLDivElement>(null);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const middle = (byId.get(current)?.column ?? 0) * ACROSS + WIDTH / 2;
  // What the page is about is in sight, however much came before it.
  useEffect(() => {
    const box = holder.current;
    if (box) box.scrollLeft = middle - box.clientWidth / 2;
  }, [middle]);
  const width = Math.max(...nodes.map(({ column }) => column)) * ACROSS + WIDTH;
  const height = Math.max(...nodes.map(({ row }) => row)) * DOWN + HEIGHT;
  return (
    <Box ref={holder} tabIndex={0} role="region" aria-label={label} sx={{ overflow: 'auto', maxHeight: 420, p: 0.5 }}>
      <Box sx={{ position: 'relative', width, height }}>
        <Box
          component="svg"
          aria-hidden
          width={width}
          height={height}
          sx={{ position: 'absolute', color: 'text.secondary' }}
        >
          {edges.map(({ from, to }) => {
            const [source, target] = [byId.get(from), byId.get(to)];
            return source && target ? (
              <path
                key={`${from} ${to}`}
                d={curve(source, target)}
                fill="none"
                stroke="currentColor"
                strokeWidth={1.5}
              />
            ) : null;
          })}
        </Box>
        <Box component="ul" sx={{ m: 0, p: 0, listStyle: 'none' }}>
          {nodes.map(({ id, kind, name, column, row }) => {
            const isCurrent = id === current;
            return (
              <Box
                key={id}
                component="li"
                sx={{ position: 'absolute', left: column * ACROSS, top: row * DOWN, width: WIDTH, height: HEIGHT }}
              >
                <Box
                  component={Link}
                  to={`/${RESOURCES[kind]}/${id}/show`}
                  title={name}
                  {...(isCurrent ? { 'aria-current': 'page' as const } : {})}
                  sx={{
                    display: 'block',
                    height: '100%',
                    boxSizing: 'border-box',
                    px: 1,
                    py: 0.5,
                    overflow: 'hidden',
                    textDecoration: 'none',
                    color: 'text.primary',
                    bgcolor: 'background.paper',
                    border: isCurrent ? 2 : 1,
                    borderColor: isCurrent ? 'primary.main' : 'text.secondary',
                    borderRadius: kind === 'run' || kind === 'job' ? 4 : 1,
                    '&:hover': { textDecoration: 'underline' },
                  }}
                >
                  <Typography
                    component="span"
                    variant="caption"
                    color="text.secondary"
                    sx={{ display: 'block', lineHeight: 1.3 }}
                  >
                    {translate(`resources.adapters.lineage.kind.${kind}`)}
                  </Typography>
                  <Typography component="span" variant="body2" noWrap sx={{ display: 'block' }}>
                    {name}
                  </Typography>
                </Box>
              </Box>
            );
          })}
        </Box>
      </Box>
    </Box>
  );
}

function curve(from: PlacedNode, to: PlacedNode): string {
  const [x, y] = [from.column * ACROSS + WIDTH, from.row * DOWN + HEIGHT / 2];
  const [u, v] = [to.column * ACROSS, to.row * DOWN + HEIGHT / 2];
  const middle = (x + u) / 2;
  return `M ${x} ${y} C ${middle} ${y} ${middle} ${v} ${u} ${v}`;
}
