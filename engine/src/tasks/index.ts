export { checkDisjoint, checkSplitsDisjoint } from './check-disjoint.js';
export { taskErrors } from './errors.js';
export { taskLimits } from './limits.js';
export { openTask } from './open-task.js';
export { packTask, unpackTask, type UnpackTaskOptions } from './pack-task.js';
export { pickExamples, selectFewShot } from './select-few-shot.js';
export { openTaskHead, writeTaskHead, type TaskHeadFile } from './task-head.js';
export { writeTask, type WrittenTask } from './write-task.js';
export * from './task.js';
