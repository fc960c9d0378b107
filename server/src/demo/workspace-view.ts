import type { Ask } from './graphql-client.js';
import { demoQueries } from './demo-queries.js';

export interface DemoTask {
  readonly id: string;
  readonly name: string;
}

export interface DemoAdapter {
  readonly id: string;
  readonly name: string;
  readonly method: string;
  readonly task: DemoTask;
}

/** What the demo works on: the base, its tasks, and one specialist a task and method. */
export interface WorkspaceView {
  readonly base: { readonly id: string; readonly name: string };
  readonly tasks: readonly DemoTask[];
  readonly specialists: readonly DemoAdapter[];
}

interface Answer {
  readonly baseModels: { readonly nodes: readonly { readonly id: string; readonly name: string }[] };
  readonly tasks: { readonly nodes: readonly DemoTask[] };
  readonly adapters: { readonly nodes: readonly (Omit<DemoAdapter, 'task'> & { readonly task: DemoTask | null })[] };
}

/** Reads the workspace through the API; undefined where nothing was imported. */
export async function viewWorkspace(ask: Ask): Promise<WorkspaceView | undefined> {
  const { baseModels, tasks, adapters } = await ask<Answer>(demoQueries.workspace);
  const [base] = baseModels.nodes;
  if (base === undefined || tasks.nodes.length === 0) return undefined;
  const seen = new Set<string>();
  const specialists = adapters.nodes.flatMap((adapter) => {
    const key = `${adapter.method} ${adapter.task?.name}`;
    if (adapter.task === null || seen.has(key)) return [];
    seen.add(key);
    return [{ ...adapter, task: adapter.task }];
  });
  return { base, tasks: tasks.nodes, specialists };
}
