import { createHash } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import {
  newId,
  Adapter,
  BaseModel,
  Evaluation,
  FusionMember,
  FusionRun,
  FusionSpaceName,
  FusionStrategy,
  MemberOrder,
  Metric,
  Origin,
  Plugin,
  PluginStatus,
  RunState,
  Score,
  SplitName,
  StrategyKind,
  TangentFrame,
  Task,
  TaskHead,
} from '../../entities/index.js';

/** Rows of one millisecond have no order of their own; here each has a millisecond to itself. */
let clock = Date.parse('2026-01-01T00:00:00Z');
function stamp(): { readonly id: string; readonly createdAt: Date } {
  clock += 1;
  return { id: newId(clock), createdAt: new Date(clock) };
}

export interface Seeded {
  readonly bases: readonly BaseModel[];
  /** Of another base model than all the others. */
  readonly stranger: Adapter;
  readonly tasks: readonly Task[];
  readonly adapters: readonly Adapter[];
  readonly runs: readonly FusionRun[];
  readonly scores: readonly Score[];
  readonly strategy: FusionStrategy;
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * Rows as a workspace has them: `tasks` tasks, for each of them `adapters` adapters, each a member of `runs` finished runs, each of those
 * with a score on every task. Files there are none: what reads the database alone needs no more.
 */
export async function seed(
  em: EntityManager,
  size: { readonly tasks: number; readonly adapters: number; readonly runs: number },
): Promise<Seeded> {
  const base = newBase(em, 'base');
  const frame = em.create(TangentFrame, {
    ...stamp(),
    name: 'frame',
    base,
    rank: 4,
    scale: 1,
    targetModules: ['v_proj'],
    digest: digest('frame'),
    blob: digest('a0'),
  } as never);
  const strategy = (await em.findOne(FusionStrategy, { key: 'taskArithmetic', available: true })) ?? newStrategy(em);
  const seeded = { tasks: [] as Task[], adapters: [] as Adapter[], runs: [] as FusionRun[], scores: [] as Score[] };
  for (let index = 0; index < size.tasks; index += 1) seeded.tasks.push(newTask(em, `task-${index}`));
  for (const task of seeded.tasks) {
    em.create(TaskHead, {
      ...stamp(),
      task,
      base,
      classes: 2,
      projection: 8,
      digest: digest(`${task.name} head`),
    } as never);
    for (let index = 0; index < size.adapters; index += 1) {
      const name = `${task.name}-adapter-${index}`;
      seeded.adapters.push(
        em.create(Adapter, {
          ...stamp(),
          name,
          base,
          task,
          frame: index % 2 === 0 ? frame : null,
          method: index % 2 === 0 ? 'L_LORA' : 'LORA',
          rank: 4,
          scale: 1,
          targetModules: ['v_proj'],
          parameterCount: 100,
          digest: digest(name),
          sizeBytes: 400,
          origin: Origin.IMPORTED,
          importedFrom: { workspace: 'test', file: `${name}.safetensors`, seed: 0 },
        } as never),
      );
    }
  }
  for (const adapter of seeded.adapters) {
    for (let index = 0; index < size.runs; index += 1) {
      const run = newRun(em, strategy, `${adapter.name}-run-${index}`, seeded.tasks);
      seeded.runs.push(run);
      em.create(FusionMember, { ...stamp(), run, adapter, position: 0, weight: 1 } as never);
      for (const task of seeded.tasks) seeded.scores.push(newScore(em, base, task, run));
    }
  }
  const other = newBase(em, 'other');
  const stranger = em.create(Adapter, {
    ...stamp(),
    name: 'stranger',
    base: other,
    method: 'LORA',
    rank: 4,
    scale: 1,
    targetModules: ['v_proj'],
    parameterCount: 100,
    digest: digest('stranger'),
    sizeBytes: 400,
    origin: Origin.IMPORTED,
    importedFrom: { workspace: 'test', file: 'stranger.safetensors', seed: null },
  } as never);
  await em.flush();
  return { bases: [base, other], stranger, strategy, ...seeded };
}

function newBase(em: EntityManager, name: string): BaseModel {
  return em.create(BaseModel, {
    ...stamp(),
    name,
    architecture: 'clip_vision_model',
    config: {},
    digest: digest(name),
    files: {},
    parameterCount: 1_000,
    sizeBytes: 4_000,
    imageSize: 28,
  } as never);
}

function newStrategy(em: EntityManager): FusionStrategy {
  const plugin = em.create(Plugin, {
    ...stamp(),
    name: '@crucible/task-arithmetic',
    version: '0.1.0',
    status: PluginStatus.LOADED,
    installed: true,
  } as never);
  return em.create(FusionStrategy, {
    ...stamp(),
    key: 'taskArithmetic',
    version: '0.1.0',
    plugin,
    title: 'Task arithmetic',
    description: 'Sums task vectors.',
    kind: StrategyKind.MODULE,
    references: [{ title: 'A paper' }],
    needs: { minAdapters: 1, sharedFrame: false, equalRank: false, validation: false, order: MemberOrder.INVARIANT },
    spaces: [FusionSpaceName.DELTA],
    optionsSchema: {},
    available: true,
  } as never);
}

function newTask(em: EntityManager, name: string): Task {
  return em.create(Task, {
    ...stamp(),
    name,
    title: `Title of ${name}`,
    description: 'Digits.',
    metric: Metric.ACCURACY,
    classes: ['0', '1'],
    licence: 'CC0-1.0',
    source: 'test',
    counts: { train: 1, validation: 1, test: 1 },
    digest: digest(name),
    sizeBytes: 100,
  } as never);
}

function newRun(em: EntityManager, strategy: FusionStrategy, name: string, tasks: readonly Task[]): FusionRun {
  return em.create(FusionRun, {
    ...stamp(),
    name,
    strategy,
    strategyVersion: strategy.version,
    options: { lambda: 0.3 },
    space: FusionSpaceName.DELTA,
    seed: 0,
    fingerprint: digest(name),
    evaluateOn: tasks.map(({ id }) => id),
    state: RunState.SUCCEEDED,
  } as never);
}

function newScore(em: EntityManager, base: BaseModel, task: Task, run: FusionRun): Score {
  const evaluation = em.create(Evaluation, {
    ...stamp(),
    base,
    task,
    run,
    split: SplitName.TEST,
    state: RunState.SUCCEEDED,
  } as never);
  return em.create(Score, {
    ...stamp(),
    evaluation,
    base,
    task,
    run,
    split: SplitName.TEST,
    metric: Metric.ACCURACY,
    value: 0.5,
    n: 100,
    interval: { low: 0.4, high: 0.6, confidence: 0.95 },
    loss: 0.7,
    outcomes: digest('outcomes'),
  } as never);
}
