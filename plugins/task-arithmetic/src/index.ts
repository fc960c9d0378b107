import { definePlugin } from '@crucible/sdk';
import { simpleAverage } from './simple-average.js';
import { taskArithmetic } from './task-arithmetic.js';
import { weightedAverage } from './weighted-average.js';

export { taskArithmeticErrors } from './errors.js';

export default definePlugin({ strategies: [simpleAverage, taskArithmetic, weightedAverage] });
