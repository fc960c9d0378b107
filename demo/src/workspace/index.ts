export { workspaceDirectory } from '../paths.js';
export { workspaceErrors } from './errors.js';
export type { DemoFigures } from './figures.js';
export type * from './manifest.js';
export { readDemoWorkspace, type DemoWorkspace } from './read-demo-workspace.js';
