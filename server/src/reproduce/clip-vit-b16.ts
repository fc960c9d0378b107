import type { Recipe, RecipeTask } from './recipe.js';

const SIZE = 224;

function task(name: string, title: string, repo: string, config = 'default', columns: object = {}): RecipeTask {
  return {
    name,
    title,
    data: { kind: 'HUB', repo, train: { config, split: 'train' }, test: { config, split: 'test' } },
    form: { image: { size: SIZE, ...columns } },
    adapter: { kind: 'HUB', repo: `tanganke/clip-vit-base-patch16_${name}_lora-16` },
  };
}

/** CLIP ViT-B/16 on eight image tasks with public rank-16 LoRA adapters (paper.md 5.4; FusionBench's documentation). */
export const clipVitB16: Recipe = {
  name: 'clip-vit-b16',
  title: 'CLIP ViT-B/16, eight image tasks, LoRA of rank 16',
  base: { kind: 'HUB', repo: 'openai/clip-vit-base-patch16' },
  tasks: [
    task('sun397', 'SUN397', 'tanganke/sun397'),
    task('stanford-cars', 'Cars', 'tanganke/stanford_cars'),
    task('resisc45', 'RESISC45', 'tanganke/resisc45'),
    task('eurosat', 'EuroSAT', 'tanganke/eurosat'),
    task('svhn', 'SVHN', 'ufldl-stanford/svhn', 'cropped_digits'),
    task('gtsrb', 'GTSRB', 'tanganke/gtsrb'),
    task('mnist', 'MNIST', 'ylecun/mnist', 'mnist'),
    task('dtd', 'DTD', 'tanganke/dtd'),
  ],
  validationExamples: 400,
  bare: { name: 'base', published: null },
  specialists: { name: 'specialists', published: [70.8, 72.3, 88.9, 97.1, 93.2, 91.0, 98.4, 67.9] },
  fusions: [
    { name: 'simple average', strategy: { simpleAverage: {} }, published: null },
    {
      name: 'task arithmetic λ=0.3',
      strategy: { taskArithmetic: { lambda: 0.3 } },
      published: [67.8, 68.0, 73.4, 82.9, 79.6, 62.1, 91.5, 52.3],
    },
    { name: 'TIES 20 % λ=0.3', strategy: { ties: { density: 0.2, lambda: 0.3 } }, published: null },
  ],
  notes: [
    'Published: FusionBench, exact task vectors (ΔW), averages 85.0 and 72.2; its base scores 55.3 on average, which is not told by task.',
    'Ours asks with "a photo of a {class}" and the names of the data set; FusionBench averages several templates with names of its own. Expect the base to differ by points, specialists by less.',
  ],
};
