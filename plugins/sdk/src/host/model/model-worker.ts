import { parentPort, workerData } from 'node:worker_threads';
import { toWire } from '../fusion/wire-error.js';
import type { ModelFuser } from './model-fuser.js';
import type { FusedPart } from './model-task.js';
import type { ModelReply, ModelRequest, ModelWorkerSetup } from './model-protocol.js';
import { PieceCombiner } from './piece-combiner.js';
import { TrimmedMerger } from './trimmed-merger.js';

const port = parentPort;
if (port === null) throw new Error('model-worker runs in a worker thread only');
const setup = workerData as ModelWorkerSetup;
const send = (reply: ModelReply, transfer: readonly ArrayBuffer[] = []): void => port.postMessage(reply, [...transfer]);

const combiner = new PieceCombiner();
const merger = new TrimmedMerger(combiner);
let fuser: Promise<ModelFuser> | undefined;

/** Only for rules that look at task vectors: a backend and plugins take a second to load. */
async function openFuser(): Promise<ModelFuser> {
  const { openModelFuser } = await import('./open-model-fuser.js');
  return openModelFuser(setup, combiner, (message) => send({ kind: 'LOG', message }));
}

async function answer(request: ModelRequest): Promise<{ result: unknown; moved: ArrayBuffer[] }> {
  if (request.kind === 'COMBINE') {
    const result = await combiner.combine(request.task);
    return { result, moved: [result.bytes.buffer] };
  }
  if (request.kind === 'TRIMMED_MERGE') return moving(await merger.merge(request.task));
  const opened = await (fuser ??= openFuser());
  if (request.kind === 'OBSERVE') {
    return { result: await opened.observe(request.part, request.state, request.round), moved: [] };
  }
  return moving(await opened.fuse(request.part, request.state));
}

const moving = (result: FusedPart): { result: FusedPart; moved: ArrayBuffer[] } => ({
  result,
  moved: result.kind === 'bytes' ? [result.bytes.buffer] : [],
});

port.on('message', ({ id, request }: { readonly id: number; readonly request: ModelRequest }) => {
  answer(request).then(
    ({ result, moved }) => send({ kind: 'DONE', id, result }, moved),
    (error: unknown) => send({ kind: 'FAILED', id, error: toWire(error) }),
  );
});
send({ kind: 'READY' });
