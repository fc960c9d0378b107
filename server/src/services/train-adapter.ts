import { ref, type EntityManager } from '@mikro-orm/postgresql';
import { wakeWorkers } from '../changes/index.js';
import type { AdapterMethodDefinition } from '@crucible/sdk';
import { Adapter, BaseModel, TangentFrame, Task, TaskHead, TrainingRun } from '../entities/index.js';
import { announce } from '../jobs/index.js';
import { findById } from './find-by-id.js';
import type { TrainAdapterInput } from './inputs.js';
import { InvalidOptions, NotFound, StrategyUnavailable } from './problems.js';
import { whyHeadNeeded } from './why-head-needed.js';
import type { ServiceContext } from './service-context.js';
import { trainingMode } from './training-mode.js';
import { checkTrainingOptions } from './training-options.js';

/** Plain LoRA needs no plugin: it is how adapters are trained everywhere. */
const BUILT_IN = { id: 'LORA', trainable: 'A_AND_B', linearization: 'NONE' } as const;

/** Queues the training of one adapter. */
export async function trainAdapter(
  em: EntityManager,
  { plugins, queue }: ServiceContext,
  input: TrainAdapterInput,
): Promise<TrainingRun | InvalidOptions | StrategyUnavailable | NotFound> {
  const method = input.method === BUILT_IN.id ? BUILT_IN : plugins.adapterMethods.get(input.method)?.method;
  if (method === undefined) {
    const known = [BUILT_IN.id, ...plugins.adapterMethods.keys()].join(', ');
    return new StrategyUnavailable(`There is no training method "${input.method}"; choose ${known}.`, ['method']);
  }
  const base = await findById(em, BaseModel, input.base);
  if (base === null) return new NotFound('base model', input.base, ['base']);
  const task = await findById(em, Task, input.task);
  if (task === null) return new NotFound('task', input.task, ['task']);
  const why = (await em.count(TaskHead, { task: task.id, base: base.id })) > 0 ? null : whyHeadNeeded(base, task);
  if (why !== null) {
    const message = `The task "${task.name}" has no head for the base "${base.name}", and ${why}; import one, then train.`;
    return new InvalidOptions([{ code: 'HEAD_MISSING', message, path: ['task'] }]);
  }
  const frame = await chooseFrame(em, base, input, method.trainable);
  if (frame instanceof NotFound || frame instanceof InvalidOptions) return frame;
  const foreign = await findForeign(em, base, input.options?.orthogonalTo ?? []);
  if (foreign !== null) return foreign;
  const options = checkTrainingOptions(input.options ?? {}, frame, trainingMode(method));
  if (options instanceof InvalidOptions) return options;
  return em.transactional(async (em) => {
    const run = em.create(TrainingRun, {
      name: input.name ?? `${task.name} ${input.method}`,
      base: ref(base),
      task: ref(task),
      frame: frame && ref(frame),
      method: input.method,
      options,
      seed: input.seed ?? 0,
    } as never);
    run.queueJob = await queue.send(em, { kind: 'TRAINING', id: run.id });
    em.persist(run);
    await announce(em, run);
    await wakeWorkers(em);
    return run;
  });
}

async function findForeign(
  em: EntityManager,
  base: BaseModel,
  ids: readonly string[],
): Promise<NotFound | InvalidOptions | null> {
  for (const [index, id] of ids.entries()) {
    const path = ['options', 'orthogonalTo', String(index)];
    const adapter = await findById(em, Adapter, id);
    if (adapter === null) return new NotFound('adapter', id, path);
    if (adapter.base.id === base.id) continue;
    const message = `The adapter "${adapter.name}" is of another base model; choose adapters of "${base.name}".`;
    return new InvalidOptions([{ code: 'BASES_DIFFER', message, path }]);
  }
  return null;
}

async function chooseFrame(
  em: EntityManager,
  base: BaseModel,
  { frame: id }: TrainAdapterInput,
  trainable: AdapterMethodDefinition['trainable'],
): Promise<TangentFrame | null | NotFound | InvalidOptions> {
  if (id !== undefined && trainable === 'WEIGHTS') {
    const message = 'This method trains whole weights, which are in no tangent frame; leave the frame out.';
    return new InvalidOptions([{ code: 'FRAME_DECIDES', message, path: ['frame'] }]);
  }
  if (id !== undefined) {
    const frame = await findById(em, TangentFrame, id);
    if (frame === null) return new NotFound('tangent frame', id, ['frame']);
    if (frame.base.id === base.id) return frame;
    const message = `The frame "${frame.name}" is of another base model; choose one of "${base.name}".`;
    return new InvalidOptions([{ code: 'BASES_DIFFER', message, path: ['frame'] }]);
  }
  if (trainable !== 'B') return null;
  const frames = await em.find(TangentFrame, { base: base.id });
  if (frames.length === 1) return frames[0]!;
  const message = `This method trains in a tangent frame, and "${base.name}" has ${frames.length}; name the one to use.`;
  return new InvalidOptions([{ code: 'FRAME_MISSING', message, path: ['frame'] }]);
}
