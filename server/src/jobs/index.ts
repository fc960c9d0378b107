export type * from './job-queue.js';
