import { taskUpdate, toFactors } from '@crucible/engine/algebra';
import { defineModuleStrategy } from '@crucible/sdk';
import { mergeTaskSingularVectors } from './merge-task-singular-vectors.js';
import { tsvMOptions } from './options.js';

export const tsvM = defineModuleStrategy({
  id: 'tsvM',
  title: 'TSV-M',
  description:
    'Takes each adapter apart into singular vectors, makes those of different adapters orthogonal, and adds what is left: tasks no longer overwrite each other.',
  references: [
    {
      title: 'Task Singular Vectors: Reducing Task Interference in Model Merging',
      authors:
        'Antonio Andrea Gargiulo, Donato Crisostomi, Maria Sofia Bucarelli, Simone Scardapane, Fabrizio Silvestri, Emanuele Rodolà',
      year: 2025,
      arxiv: '2412.00081',
    },
    {
      title: 'Accurate and Efficient Low-Rank Model Merging in Core Space',
      authors:
        'Aniello Panariello, Daniel Marczak, Simone Magistri, Angelo Porrello, Bartłomiej Twardowski, Andrew D. Bagdanov, Simone Calderara, Joost van de Weijer',
      year: 2025,
      arxiv: '2509.17786',
    },
  ],
  needs: { minAdapters: 1, order: 'INVARIANT' },
  spaces: ['CORE'],
  schedulable: ['lambda'],
  perAdapter: [],
  followsRotations: () => true,
  options: tsvMOptions,
  fuseModule: ({ members, options, outFeatures, inFeatures }, _state, { signal }) => {
    signal.throwIfAborted();
    // An adapter of weight 0 is not there: it takes no share of the space either.
    const updates = members
      .filter(({ weight }) => weight !== 0)
      .map(({ factors, weight }) => taskUpdate(factors, { outFeatures, inFeatures }, weight));
    if (updates.length === 0) return { kind: 'combination', coefficients: members.map(() => 0) };
    const merged = mergeTaskSingularVectors(updates, options);
    return { kind: 'factors', factors: toFactors({ ...merged, scale: options.lambda }) };
  },
});
