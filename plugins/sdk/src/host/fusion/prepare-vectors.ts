import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../../contract/context.js';
import type { FusionSpace } from '../../contract/fusion-space.js';
import { checkFrame, checkRanks, commonScale } from './combine-factors.js';
import type { CoreMatrix } from './core-cache.js';
import type { ModuleTask } from './module-task.js';

/**
 * Task vectors of one module as tensors of its space, made when a strategy first looks at them: a rule that answers with coefficients
 * never pays for a dense matrix or a QR.
 */
export interface LazyVectors {
  /** Of the member at this place among `task.members`. */
  of(place: number): readonly Tensor2D[];
  /** Shapes of one member's vectors. */
  readonly shapes: readonly (readonly [number, number])[];
  dispose(): void;
}

export function prepareVectors(
  tf: TensorFlow,
  task: ModuleTask,
  space: FusionSpace,
  cores: () => readonly CoreMatrix[],
): LazyVectors {
  if (space === 'FRAME') checkFrame(task);
  if (space === 'FACTOR') checkRanks(task);
  const made = new Map<number, readonly Tensor2D[]>();
  const make = makerOf(tf, task, space, cores);
  return {
    of(place) {
      const known = made.get(place);
      if (known !== undefined) return known;
      // Kept: a strategy may look at them for the first time inside a tidy of its own, which would dispose them at its end.
      const vectors = make(place).map((vector) => tf.keep(vector));
      made.set(place, vectors);
      return vectors;
    },
    get shapes() {
      return shapesOf(task, space, cores);
    },
    dispose() {
      for (const tensor of [...made.values()].flat()) if (!tensor.isDisposed) tensor.dispose();
      made.clear();
    },
  };
}

function makerOf(
  tf: TensorFlow,
  task: ModuleTask,
  space: FusionSpace,
  cores: () => readonly CoreMatrix[],
): (place: number) => readonly Tensor2D[] {
  const { members, outFeatures, inFeatures, frameA } = task;
  const factors = space === 'FACTOR' ? commonScale(members).factors : () => 1;
  return (place) => {
    const { a, b, rank, scale } = members[place]!;
    switch (space) {
      case 'FRAME':
        return [tf.tensor2d(b, [outFeatures, rank])];
      case 'FACTOR': {
        const own = factors(members[place]!);
        return [
          tf.tensor2d(frameA ? a.map((value, i) => value - frameA[i]!) : a, [rank, inFeatures]),
          tf.tensor2d(own === 1 ? b : b.map((value) => own * value), [outFeatures, rank]),
        ];
      }
      case 'DELTA':
        return [
          tf.tidy(() => {
            const scaled = scale === 1 ? b : b.map((value) => scale * value);
            return tf.matMul<Tensor2D>(tf.tensor2d(scaled, [outFeatures, rank]), tf.tensor2d(a, [rank, inFeatures]));
          }),
        ];
      case 'CORE': {
        const core = cores()[place]!;
        return [tf.tensor2d(core.data, [core.rows, core.columns])];
      }
    }
  };
}

function shapesOf(
  { members, outFeatures, inFeatures }: ModuleTask,
  space: FusionSpace,
  cores: () => readonly CoreMatrix[],
): readonly (readonly [number, number])[] {
  const { rank } = members[0]!;
  switch (space) {
    case 'FRAME':
      return [[outFeatures, rank]];
    case 'FACTOR':
      return [
        [rank, inFeatures],
        [outFeatures, rank],
      ];
    case 'DELTA':
      return [[outFeatures, inFeatures]];
    case 'CORE':
      return [[cores()[0]!.rows, cores()[0]!.columns]];
  }
}
