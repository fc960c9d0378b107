import type { Reference } from '@crucible/sdk';

export const PARTIAL_LINEARIZATION: Reference = {
  title: 'Parameter Efficient Multi-task Model Fusion with Partial Linearization',
  authors: 'Tang, Shen, Luo, Zhan, Hu, Du, Chen, Tao',
  year: 2024,
  arxiv: '2310.04742',
};

export const TANGENT_SPACE: Reference = {
  title: 'Task Arithmetic in the Tangent Space: Improved Editing of Pre-Trained Models',
  authors: 'Ortiz-Jimenez, Favero, Frossard',
  year: 2023,
  arxiv: '2305.12827',
};

export const TASK_ARITHMETIC: Reference = {
  title: 'Editing Models with Task Arithmetic',
  authors: 'Ilharco, Ribeiro, Wortsman, Gururangan, Schmidt, Hajishirzi, Farhadi',
  year: 2023,
  arxiv: '2212.04089',
};
