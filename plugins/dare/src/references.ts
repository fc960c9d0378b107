import type { Reference } from '@crucible/sdk';

export const DARE: Reference = {
  title: 'Language Models are Super Mario: Absorbing Abilities from Homologous Models as a Free Lunch',
  authors: 'Le Yu, Bowen Yu, Haiyang Yu, Fei Huang, Yongbin Li',
  year: 2024,
  arxiv: '2311.03099',
};

export const TIES: Reference = {
  title: 'TIES-Merging: Resolving Interference When Merging Models',
  authors: 'Prateek Yadav, Derek Tam, Leshem Choshen, Colin Raffel, Mohit Bansal',
  year: 2023,
  arxiv: '2306.01708',
};
