import type { Reference } from '@crucible/sdk';

export const BREADCRUMBS: Reference = {
  title: 'Model Breadcrumbs: Scaling Multi-Task Model Merging with Sparse Masks',
  authors: 'MohammadReza Davari, Eugene Belilovsky',
  year: 2024,
  arxiv: '2312.06795',
};

export const TIES: Reference = {
  title: 'TIES-Merging: Resolving Interference When Merging Models',
  authors: 'Prateek Yadav, Derek Tam, Leshem Choshen, Colin Raffel, Mohit Bansal',
  year: 2023,
  arxiv: '2306.01708',
};
