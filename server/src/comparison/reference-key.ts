import { wayKey, type AskedWay } from '../scores/asked-way.js';

/** Scores of one key can be references of each other: of one base, on one task, asked the same way. */
export const referenceKey = (base: string, task: string, way: AskedWay): string => `${base} ${task} ${wayKey(way)}`;
