export { builtConsole } from './console-files.js';
export { consoleRoutes } from './console-routes.js';
