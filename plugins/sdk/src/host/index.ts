export type * from './fusion-run.js';
