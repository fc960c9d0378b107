import { definePlugin } from '@crucible/sdk';
import { emr } from './emr.js';

export default definePlugin({ strategies: [emr] });
export { emr } from './emr.js';
