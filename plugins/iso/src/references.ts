import type { Reference } from '@crucible/sdk';

export const ISOTROPIC: Reference = {
  title: 'No Task Left Behind: Isotropic Model Merging with Common and Task-Specific Subspaces',
  authors:
    'Daniel Marczak, Simone Magistri, Sebastian Cygert, Bartłomiej Twardowski, Andrew D. Bagdanov, Joost van de Weijer',
  year: 2025,
  arxiv: '2502.04959',
};

export const CORE_SPACE: Reference = {
  title: 'Accurate and Efficient Low-Rank Model Merging in Core Space',
  authors:
    'Aniello Panariello, Daniel Marczak, Simone Magistri, Angelo Porrello, Bartłomiej Twardowski, Andrew D. Bagdanov, Simone Calderara, Joost van de Weijer',
  year: 2025,
  arxiv: '2509.17786',
};
