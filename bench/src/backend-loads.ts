import type { VisionConfig } from '@crucible/engine/models';

/** What each backend is given in `bench:backends`; the Python side gets the same figures. */
export interface BackendLoads {
  readonly rounds: number;
  readonly fusionSide: number;
  readonly fusionMembers: number;
  /** Of a tower in the shape of ViT-B/32. */
  readonly layers: number;
  readonly hidden: number;
  readonly heads: number;
  readonly side: number;
  readonly patch: number;
  readonly projection: number;
  readonly images: number;
  readonly trainingSteps: number;
}

/** Seconds by the clock, and of the processor over all threads. */
export interface Spent {
  readonly wall: number;
  readonly cpu: number;
}

export interface BackendRow {
  /** Absent where the backend does not work here. */
  readonly spent?: {
    readonly fusion?: Spent;
    readonly evaluation?: Spent;
    /** A step. */
    readonly lora?: Spent;
    readonly linearized?: Spent;
  };
  readonly why: string;
}

export const towerOf = (loads: BackendLoads): VisionConfig => ({
  hiddenSize: loads.hidden,
  intermediateSize: 4 * loads.hidden,
  layers: loads.layers,
  heads: loads.heads,
  imageSize: loads.side,
  patchSize: loads.patch,
  channels: 3,
  projectionSize: loads.projection,
  activation: 'quick_gelu',
  layerNormEpsilon: 1e-5,
});

/** Of the tower that trains: `bench/python/train.py` has it too. */
export const TRAINED = { hidden: 128, layers: 4, side: 28, patch: 7, classes: 30, rank: 16, batchSize: 64 } as const;
export const TARGETS = ['v_proj', 'out_proj'] as const;
