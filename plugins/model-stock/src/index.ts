import { definePlugin } from '@crucible/sdk';
import { modelStock } from './model-stock.js';

export default definePlugin({ strategies: [modelStock] });
export { modelStock } from './model-stock.js';
