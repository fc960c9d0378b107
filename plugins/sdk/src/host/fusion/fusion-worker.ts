import { parentPort, workerData } from 'node:worker_threads';
import type { FusionContext } from '../../contract/context.js';
import type { ModuleStrategy, Strategy } from '../../contract/strategy.js';
import { importPlugin } from '../plugins/load-plugin.js';
import { pluginLimits } from '../plugins/plugin-limits.js';
import { resolveStrategy } from '../wrapper/resolve-strategy.js';
import { createContext } from './create-context.js';
import { createModuleFuser, type FusedModule, type ModuleFuser } from './module-fuser.js';
import { openBackend } from './open-backend.js';
import { toWire } from './wire-error.js';
import type { WorkerReply, WorkerRequest, WorkerSetup } from './worker-protocol.js';

const port = parentPort;
if (port === null) throw new Error('fusion-worker runs in a worker thread only');
const setup = workerData as WorkerSetup;
const send = (reply: WorkerReply, transfer: readonly ArrayBuffer[] = []): void =>
  port.postMessage(reply, [...transfer]);

async function openFuser(): Promise<ModuleFuser> {
  const tf = await openBackend(setup.backend);
  const context: FusionContext = createContext({
    tf,
    // The host ends an aborted worker from outside; nothing in here could hear it during a computation.
    signal: new AbortController().signal,
    seed: setup.seed,
    log: (message) => send({ kind: 'LOG', message }),
  });
  const { origins, options, strategyId } = setup;
  if (origins.length === 0) return createModuleFuser({ ...setup, tf, context });
  const strategies = new Map<string, Strategy>();
  for (const { id, entry } of origins) {
    const plugin = await importPlugin(id, entry, pluginLimits.importTimeout);
    const strategy = plugin.strategies.find((each) => each.id === id);
    if (strategy === undefined) throw new Error(`${entry} has no strategy "${id}" any more`);
    strategies.set(id, strategy);
  }
  const strategy = resolveStrategy(strategies.get(strategyId)!, options, strategies);
  return createModuleFuser({ ...setup, strategy: strategy as ModuleStrategy, tf, context });
}

/** The factors are moved, not copied. A and B, or the A's of several results, may be views of one buffer, which may be moved once only. */
function buffersOf(fused: readonly FusedModule[]): readonly ArrayBuffer[] {
  const buffers = fused.flatMap(({ factors }) => [factors.a.buffer, factors.b.buffer]);
  return [...new Set(buffers)].filter((buffer) => buffer instanceof ArrayBuffer);
}

async function answer(fuser: ModuleFuser, request: WorkerRequest): Promise<void> {
  const { task } = request;
  if (request.kind === 'OBSERVE') {
    send({ kind: 'OBSERVED', observation: await fuser.observe(task, request.state, request.round) });
    return;
  }
  const { by } = request;
  const fused = 'state' in by ? await fuser.fuse(task, by.state) : await fuser.combine(task, by.coefficients);
  send({ kind: 'FUSED', fused }, buffersOf(fused));
}

try {
  const fuser = await openFuser();
  port.on('message', (request: WorkerRequest) => {
    answer(fuser, request).catch((error: unknown) => send({ kind: 'FAILED', error: toWire(error) }));
  });
  send({ kind: 'READY' });
} catch (error) {
  send({ kind: 'FAILED', error: toWire(error) });
}
