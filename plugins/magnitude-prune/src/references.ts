import type { Reference } from '@crucible/sdk';

export const PEFT: Reference = {
  title: 'PEFT: State-of-the-art Parameter-Efficient Fine-Tuning, add_weighted_adapter with magnitude_prune',
  authors: 'Mangrulkar et al.',
  year: 2024,
  url: 'https://huggingface.co/docs/peft/developer_guides/model_merging',
};

export const PRUNING: Reference = {
  title: 'Learning both Weights and Connections for Efficient Neural Networks',
  authors: 'Song Han, Jeff Pool, John Tran, William J. Dally',
  year: 2015,
  arxiv: '1506.02626',
};

export const MERGEKIT: Reference = {
  title: 'mergekit, arcee_fusion (Arcee’s MergeKit: A Toolkit for Merging Large Language Models)',
  authors: 'Goddard et al.',
  year: 2024,
  arxiv: '2403.13257',
};
