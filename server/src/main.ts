// `npm start`: the whole system, until Ctrl-C.
import { runCrucible } from './main/run-crucible.js';

process.exitCode = await runCrucible({
  argv: process.argv.slice(2),
  env: process.env,
  print: (line) => console.log(line),
});
