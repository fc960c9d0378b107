import { Enum, Index, Property } from '@mikro-orm/decorators/legacy';
import { Field, Float, InterfaceType, Int, ObjectType } from 'type-graphql';
import { BigIntScalar, DateTime } from '../scalars/index.js';
import { RunState } from './enums.js';
import { Node } from './node.js';

@ObjectType({ description: 'How far a unit of work has come in its present phase.' })
export class Progress {
  @Field(() => String, { description: 'Such as SURVEY, SEARCH, FUSE, WRITE, TRAIN, SCORE.' })
  phase!: string;
  @Field(() => Float)
  done!: number;
  @Field(() => Float)
  total!: number;
}

@ObjectType({ description: 'Why a unit of work failed, and what to do about it.' })
export class JobProblem {
  @Field(() => String, { description: 'A stable code of the error catalogue.' })
  code!: string;
  @Field(() => String)
  message!: string;
  @Field(() => String, { nullable: true })
  remedy!: string | null;
}

@ObjectType({ description: 'How long one phase took.' })
export class Timing {
  @Field(() => String)
  phase!: string;
  @Field(() => Float)
  seconds!: number;
}

@ObjectType({ description: 'What computed, and why that.' })
export class BackendUse {
  @Field(() => String, { description: 'Such as wasm, tensorflow, webgpu, cpu.' })
  name!: string;
  @Field(() => String)
  reason!: string;
}

/**
 * A unit of work that is queued, computed elsewhere and recorded here. Ends in exactly one final state.
 *
 * `attempt` is its fencing token: it grows with each claim, and whoever wants to record something must hold the present one, under the
 * row's lock. A compute process that was taken for dead and comes back finds its number stale and changes nothing.
 */
@InterfaceType('Job', {
  implements: Node,
  description: 'A unit of work that is queued and computed; it ends in one final state.',
})
export abstract class Job extends Node {
  @Field(() => RunState)
  @Enum({ items: () => RunState, nativeEnumName: 'run_state' })
  @Index()
  state: RunState = RunState.QUEUED;

  @Field(() => Int, { description: 'How often it was started: more than once when a process that worked on it died.' })
  @Property({ type: 'integer' })
  attempt: number = 0;

  /** How often its own compute process died under it; what dies of itself again and again is given up. */
  @Property({ type: 'integer' })
  crashes: number = 0;

  /** The worker that holds it: the key of an advisory lock which PostgreSQL lets go when that worker dies. */
  @Property({ type: 'integer', nullable: true })
  worker: number | null = null;

  /** Its message in pg-boss. */
  @Property({ type: 'uuid', nullable: true })
  queueJob: string | null = null;

  @Field(() => DateTime, { nullable: true, description: 'When somebody asked to cancel it.' })
  @Property({ type: 'datetime', length: 3, nullable: true })
  cancelRequestedAt: Date | null = null;

  @Field(() => Progress, { nullable: true })
  @Property({ type: 'json', nullable: true })
  progress: Progress | null = null;

  @Field(() => JobProblem, { nullable: true })
  @Property({ type: 'json', nullable: true })
  problem: JobProblem | null = null;

  @Field(() => BackendUse, { nullable: true })
  @Property({ type: 'json', nullable: true })
  backend: BackendUse | null = null;

  @Field(() => [Timing])
  @Property({ type: 'json' })
  timings: Timing[] = [];

  @Field(() => BigIntScalar, { nullable: true, description: 'Greatest resident memory of its compute process.' })
  @Property({ type: 'double', nullable: true })
  peakMemoryBytes: number | null = null;

  @Field(() => DateTime, { nullable: true })
  @Property({ type: 'datetime', length: 3, nullable: true })
  startedAt: Date | null = null;

  @Field(() => DateTime, { nullable: true })
  @Property({ type: 'datetime', length: 3, nullable: true })
  finishedAt: Date | null = null;

  /** Whatever it said while it worked, the last lines of it. */
  @Field(() => [String], { description: 'What it said while it worked, the last lines of it.' })
  @Property({ type: 'json' })
  log: string[] = [];
}
