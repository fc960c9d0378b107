import type { Reference } from '@crucible/sdk';

export const DELLA: Reference = {
  title: 'DELLA-Merging: Reducing Interference in Model Merging through Magnitude-Based Sampling',
  authors: 'Pala Tej Deep, Rishabh Bhardwaj, Soujanya Poria',
  year: 2024,
  arxiv: '2406.11617',
};
