import { parentPort, workerData } from 'node:worker_threads';
import type { ModuleStrategy, Strategy } from '../../contract/strategy.js';
import { createContext } from '../fusion/create-context.js';
import { openBackend } from '../fusion/open-backend.js';
import { toWire } from '../fusion/wire-error.js';
import { importPlugin } from '../plugins/load-plugin.js';
import { pluginLimits } from '../plugins/plugin-limits.js';
import { resolveStrategy } from '../wrapper/resolve-strategy.js';
import { ModelFuser } from './model-fuser.js';
import type { ModelReply, ModelRequest, ModelWorkerSetup } from './model-protocol.js';

const port = parentPort;
if (port === null) throw new Error('model-worker runs in a worker thread only');
const setup = workerData as ModelWorkerSetup;
const send = (reply: ModelReply, transfer: readonly ArrayBuffer[] = []): void => port.postMessage(reply, [...transfer]);

async function openFuser(): Promise<ModelFuser> {
  const tf = await openBackend(setup.backend);
  const strategies = new Map<string, Strategy>();
  for (const { id, entry } of setup.origins) {
    const plugin = await importPlugin(id, entry, pluginLimits.importTimeout);
    const strategy = plugin.strategies.find((each) => each.id === id);
    if (strategy === undefined) throw new Error(`${entry} has no strategy "${id}" any more`);
    strategies.set(id, strategy);
  }
  const strategy = resolveStrategy(strategies.get(setup.strategyId)!, setup.options, strategies) as ModuleStrategy;
  const context = createContext({
    tf,
    // The host ends an aborted worker from outside; nothing in here could hear it during a computation.
    signal: new AbortController().signal,
    seed: setup.seed,
    log: (message) => send({ kind: 'LOG', message }),
  });
  return new ModelFuser({ ...setup, strategy, tf, context });
}

async function answer(fuser: ModelFuser, request: ModelRequest): Promise<{ result: unknown; moved: ArrayBuffer[] }> {
  switch (request.kind) {
    case 'OBSERVE':
      return { result: await fuser.observe(request.part, request.state, request.round), moved: [] };
    case 'FUSE': {
      const result = await fuser.fuse(request.part, request.state);
      return { result, moved: result.kind === 'bytes' ? [result.bytes.buffer] : [] };
    }
    case 'COMBINE': {
      const result = await fuser.combine(request.task);
      return { result, moved: [result.bytes.buffer] };
    }
  }
}

try {
  const fuser = await openFuser();
  port.on('message', ({ id, request }: { readonly id: number; readonly request: ModelRequest }) => {
    answer(fuser, request).then(
      ({ result, moved }) => send({ kind: 'DONE', id, result }, moved),
      (error: unknown) => send({ kind: 'FAILED', id, error: toWire(error) }),
    );
  });
  send({ kind: 'READY' });
} catch (error) {
  send({ kind: 'FAILED', error: toWire(error) });
}
