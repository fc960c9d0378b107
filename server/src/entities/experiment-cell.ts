import type { Ref } from '@mikro-orm/core';
import { Entity, Enum, Index, ManyToOne, Property, Unique } from '@mikro-orm/decorators/legacy';
import { registerEnumType } from 'type-graphql';
import { FusionSpaceName } from './enums.js';
import { ExperimentPart } from './experiment-part.js';
import { Experiment } from './experiment.js';
import type { JobProblem } from './job.js';
import { Node } from './node.js';

export enum CellKind {
  FUSED = 'FUSED',
  SPECIALIST = 'SPECIALIST',
  BASE = 'BASE',
}
registerEnumType(CellKind, {
  name: 'ExperimentCellKind',
  description: 'What a cell of an experiment scores.',
  valuesConfig: {
    FUSED: { description: 'The fusion of a subset’s adapters.' },
    SPECIALIST: { description: 'One adapter by itself, on its own task.' },
    BASE: { description: 'The bare base.' },
  },
});

export enum CellState {
  PENDING = 'PENDING',
  COMPUTED = 'COMPUTED',
  KNOWN = 'KNOWN',
  FAILED = 'FAILED',
}
registerEnumType(CellState, {
  name: 'ExperimentCellState',
  description: 'Where a cell of an experiment stands.',
  valuesConfig: {
    PENDING: { description: 'Waits, or is being computed.' },
    COMPUTED: { description: 'Computed by this experiment.' },
    KNOWN: { description: 'Known before: taken from an earlier experiment or from scores.' },
    FAILED: { description: 'Could not be computed; `problem` says why.' },
  },
});

/** One task of a cell, on `test`. */
export interface CellScoreRecord {
  /** Place of the task in the experiment's list. */
  readonly task: number;
  readonly n: number;
  readonly correct: number;
  readonly loss: number;
}

/** One fused model, a specialist, or the base, with what it scored. The model itself is not kept: its options say how to make it again, to the bit. */
@Entity({ tableName: 'experiment_cell' })
@Unique({ properties: ['experiment', 'index'] })
export class ExperimentCell extends Node {
  @ManyToOne(() => Experiment, { ref: true, deleteRule: 'cascade', index: true })
  experiment!: Ref<Experiment>;

  /** Who computes it; none for what was known. */
  @ManyToOne(() => ExperimentPart, { ref: true, nullable: true, deleteRule: 'set null', index: true })
  part: Ref<ExperimentPart> | null = null;

  @Property({ type: 'integer' })
  index!: number;

  @Enum({ items: () => CellKind, nativeEnumName: 'cell_kind' })
  kind!: CellKind;

  @Enum({ items: () => CellState, nativeEnumName: 'cell_state' })
  state: CellState = CellState.PENDING;

  /** Places of its tasks in the experiment's list, ascending. */
  @Property({ type: 'json' })
  subset!: number[];

  /** Place in the experiment's modes; none for the base. */
  @Property({ type: 'integer', nullable: true })
  mode: number | null = null;

  /** Place in the experiment's strategies; of fusions. */
  @Property({ type: 'integer', nullable: true })
  strategy: number | null = null;

  @Enum({ items: () => FusionSpaceName, nativeEnumName: 'fusion_space', nullable: true })
  space: FusionSpaceName | null = null;

  /** Digests of the statistics of its members, where the strategy needs some. */
  @Property({ type: 'json', nullable: true })
  statistics: (string | null)[] | null = null;

  @Property({ type: 'integer' })
  seed: number = 0;

  /** SHA-256 over everything that its figures depend on: equal keys are computed once. */
  @Property({ type: 'text' })
  @Index()
  key!: string;

  /** Mean accuracy on `validation` of each point, where there was something to choose. */
  @Property({ type: 'json', nullable: true })
  validation: number[] | null = null;

  @Property({ type: 'integer' })
  chosen: number = 0;

  @Property({ type: 'json' })
  scores: CellScoreRecord[] = [];

  /** One bit per example, task after task in the order of `scores`, each from a byte of its own on: what paired tests need. */
  @Property({ type: 'blob', nullable: true })
  outcomes: Buffer | null = null;

  @Property({ type: 'json', nullable: true })
  problem: JobProblem | null = null;

  /** Forward passes that it took. */
  @Property({ type: 'integer' })
  images: number = 0;

  @Property({ type: 'double' })
  seconds: number = 0;
}
