// A process for queries that compute: forked by the API, answers one after the other, and dies with it.
import { selectBackend } from '@crucible/engine/backend';
import { isCrucibleError } from '@crucible/engine/errors';
import { loadPlugins } from '@crucible/sdk/host';
import { pluginPlaces } from '../compute/load-strategy.js';
import { watchParent } from '../compute/watch-parent.js';
import { Answerer } from './answer.js';
import type { AnalysisOrder, AnalysisReply } from './protocol.js';

let answerer: Promise<Answerer> | undefined;

async function open(): Promise<Answerer> {
  const [plugins, { tf }] = await Promise.all([loadPlugins(pluginPlaces()), selectBackend()]);
  return new Answerer(plugins, tf);
}

async function run({ id, work }: AnalysisOrder): Promise<AnalysisReply> {
  try {
    answerer ??= open();
    return { id, type: 'done', answer: await (await answerer).answer(work) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (isCrucibleError(error)) {
      return { id, type: 'failed', problem: { code: error.code, message, remedy: error.remedy } };
    }
    return { id, type: 'failed', problem: { code: 'JOB_UNEXPECTED', message, remedy: null } };
  }
}

watchParent();
// The API decides when this ends; Ctrl-C in a terminal reaches every process of the group.
process.on('SIGINT', () => {});
const orders: AnalysisOrder[] = [];
let busy = false;
process.on('message', (order: AnalysisOrder) => {
  orders.push(order);
  void drain();
});

async function drain(): Promise<void> {
  if (busy) return;
  busy = true;
  for (let order = orders.shift(); order !== undefined; order = orders.shift()) {
    const reply = await run(order);
    if (process.connected) process.send?.(reply);
  }
  busy = false;
}
