import { definePlugin } from '@crucible/sdk';
import { sce } from './sce.js';

export default definePlugin({ strategies: [sce] });
export { sce } from './sce.js';
