import { clipVitB16 } from './clip-vit-b16.js';
import { flanT5Base } from './flan-t5-base.js';
import type { Recipe } from './recipe.js';

/** What can be repeated, by the name that the command takes. */
export const recipes: ReadonlyMap<string, Recipe> = new Map(
  [clipVitB16, flanT5Base].map((recipe) => [recipe.name, recipe]),
);
