import { ref, type EntityManager } from '@mikro-orm/postgresql';
import { wakeWorkers } from '../changes/index.js';
import { BaseModel, TangentFrame, Task, TaskHead, TrainingRun } from '../entities/index.js';
import { announce } from '../jobs/index.js';
import { findById } from './find-by-id.js';
import type { TrainAdapterInput } from './inputs.js';
import { InvalidOptions, NotFound, StrategyUnavailable } from './problems.js';
import type { ServiceContext } from './service-context.js';
import { checkTrainingOptions } from './training-options.js';

/** Plain LoRA needs no plugin: it is how adapters are trained everywhere. */
const BUILT_IN = { id: 'LORA', trainable: 'A_AND_B', linearized: false } as const;

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
  if (method.linearized !== (method.trainable === 'B')) {
    const message = `The method "${input.method}" is not one that the engine trains: A and B, or B alone linearized; train it elsewhere and import the adapter.`;
    return new StrategyUnavailable(message, ['method']);
  }
  const base = await findById(em, BaseModel, input.base);
  if (base === null) return new NotFound('base model', input.base, ['base']);
  const task = await findById(em, Task, input.task);
  if (task === null) return new NotFound('task', input.task, ['task']);
  if ((await em.count(TaskHead, { task: task.id, base: base.id })) === 0) {
    const message = `The task "${task.name}" has no head for the base "${base.name}"; import one, then train.`;
    return new InvalidOptions([{ code: 'HEAD_MISSING', message, path: ['task'] }]);
  }
  const frame = await chooseFrame(em, base, input, method.trainable === 'B');
  if (frame instanceof NotFound || frame instanceof InvalidOptions) return frame;
  const options = checkTrainingOptions(input.options ?? {}, frame);
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

async function chooseFrame(
  em: EntityManager,
  base: BaseModel,
  { frame: id }: TrainAdapterInput,
  needed: boolean,
): Promise<TangentFrame | null | NotFound | InvalidOptions> {
  if (id !== undefined) {
    const frame = await findById(em, TangentFrame, id);
    if (frame === null) return new NotFound('tangent frame', id, ['frame']);
    if (frame.base.id === base.id) return frame;
    const message = `The frame "${frame.name}" is of another base model; choose one of "${base.name}".`;
    return new InvalidOptions([{ code: 'BASES_DIFFER', message, path: ['frame'] }]);
  }
  if (!needed) return null;
  const frames = await em.find(TangentFrame, { base: base.id });
  if (frames.length === 1) return frames[0]!;
  const message = `This method trains in a tangent frame, and "${base.name}" has ${frames.length}; name the one to use.`;
  return new InvalidOptions([{ code: 'FRAME_MISSING', message, path: ['frame'] }]);
}
