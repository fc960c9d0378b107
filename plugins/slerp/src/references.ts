import type { Reference } from '@crucible/sdk';

export const SHOEMAKE: Reference = {
  title: 'Animating Rotation with Quaternion Curves',
  authors: 'Ken Shoemake',
  year: 1985,
  url: 'https://doi.org/10.1145/325165.325242',
};

const mergekit = (method: string): Reference => ({
  title: `mergekit, ${method} (Arcee’s MergeKit: A Toolkit for Merging Large Language Models)`,
  authors: 'Goddard et al.',
  year: 2024,
  arxiv: '2403.13257',
});

export const NUSLERP = mergekit('nuslerp');
export const NEARSWAP = mergekit('nearswap');
export const MULTISLERP = mergekit('multislerp');

export const KARCHER: Reference = {
  title: 'Riemannian center of mass and mollifier smoothing',
  authors: 'Hermann Karcher',
  year: 1977,
  url: 'https://doi.org/10.1002/cpa.3160300502',
};
