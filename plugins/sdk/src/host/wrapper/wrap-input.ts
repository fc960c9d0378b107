import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { ModuleFactors, ModuleInput, WrappedModule } from '../../contract/strategy.js';

type Options = Readonly<Record<string, unknown>>;

/**
 * What a wrapped rule sees of a module: the wrapper's vectors as if they were the adapters' own. Shapes and factors follow them, so that a rule which
 * looks at those instead merges the same thing; statistics and θ0 belong to other coordinates and are absent.
 */
export function wrapInput(
  input: ModuleInput<Options>,
  { vectors }: WrappedModule,
  ofRule: (options: Options) => Options,
): ModuleInput<Options> {
  const [outFeatures, inFeatures] = vectors[0]![0]!.shape;
  const { module, index, count, space, adapterCount, weights, options } = input;
  return {
    module,
    index,
    count,
    space,
    outFeatures,
    inFeatures,
    adapterCount,
    weights,
    options: ofRule(options),
    members: input.members.map((member, place) => ({
      position: member.position,
      digest: member.digest,
      weight: member.weight,
      options: ofRule(member.options),
      vectors: vectors[place]!,
      get factors() {
        return factorsOf(vectors[place]!);
      },
    })),
  };
}

/** A matrix as a product with the identity on its smaller side: exact, and of the least rank that holds for any matrix. */
function factorsOf(vectors: readonly Tensor2D[]): ModuleFactors {
  const [matrix, ...others] = vectors;
  if (matrix === undefined || others.length > 0) {
    throw new Error(
      'what is merged here is not one matrix per adapter, so that it has no factors; look at the vectors',
    );
  }
  const [rows, columns] = matrix.shape;
  const values = matrix.dataSync<'float32'>().slice();
  return rows <= columns
    ? { rank: rows, scale: 1, a: values, b: identity(rows) }
    : { rank: columns, scale: 1, a: identity(columns), b: values };
}

function identity(size: number): Float32Array {
  const values = new Float32Array(size * size);
  for (let i = 0; i < values.length; i += size + 1) values[i] = 1;
  return values;
}
