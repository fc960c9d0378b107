// `npm start`: the whole system, until Ctrl-C.
import { showDemo } from './demo/index.js';
import { runCrucible } from './main/run-crucible.js';

process.exitCode = await runCrucible({
  argv: process.argv.slice(2),
  env: process.env,
  print: (line) => console.log(line),
  afterReady: ({ url, signal }) => showDemo({ url, signal, output: process.stdout }),
});
