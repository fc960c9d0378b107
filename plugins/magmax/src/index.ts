import { definePlugin } from '@crucible/sdk';
import { magMax } from './mag-max.js';

export default definePlugin({ strategies: [magMax] });
export { magMax } from './mag-max.js';
