export { demoErrors } from './errors.js';
export { runDemo, type DemoOptions } from './run-demo.js';
export { showDemo, type ShowDemoOptions } from './show-demo.js';
