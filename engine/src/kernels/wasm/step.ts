import { i32, i32x4 } from './instructions.js';

/** Numbers that each step of a loop takes: lengths must be multiples of it. */
export const STEP = 8;

/** All bits of a float32 but its sign, in each lane. */
export const MAGNITUDE = i32x4.splat(i32.constant(0x7fffffff));
