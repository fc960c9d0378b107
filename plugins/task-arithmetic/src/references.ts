import type { Reference } from '@crucible/sdk';

export const TASK_ARITHMETIC: Reference = {
  title: 'Editing Models with Task Arithmetic',
  authors: 'Ilharco, Ribeiro, Wortsman, Gururangan, Schmidt, Hajishirzi, Farhadi',
  year: 2023,
  arxiv: '2212.04089',
};

export const MODEL_SOUPS: Reference = {
  title:
    'Model soups: averaging weights of multiple fine-tuned models improves accuracy without increasing inference time',
  authors: 'Wortsman et al.',
  year: 2022,
  arxiv: '2203.05482',
};

export const PARTIAL_LINEARIZATION: Reference = {
  title: 'Parameter Efficient Multi-task Model Fusion with Partial Linearization',
  authors: 'Tang, Shen, Luo, Zhan, Hu, Du, Chen, Tao',
  year: 2024,
  arxiv: '2310.04742',
};
