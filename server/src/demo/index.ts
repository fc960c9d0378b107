export { demoErrors } from './errors.js';
export { runDemo, type DemoOptions } from './run-demo.js';
