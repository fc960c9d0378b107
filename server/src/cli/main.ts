import { isCrucibleError } from '@crucible/engine/errors';
import { printBackend } from './print-backend.js';
import { linkTensorFlowCommand } from './link-tensorflow-command.js';

const HELP = `Usage: npx crucible <command>

  link-tensorflow   computes with a TensorFlow of this machine: --help tells how
  backend           says which backend computes here, and why the others do not; --measure takes the fastest from now on, --forget the best known again

npm start serves the API and the console.`;

/** Of the command line: parsed arguments in, exit code out. */
export type Command = (argv: readonly string[]) => Promise<number>;

const commands: Readonly<Record<string, Command>> = {
  'link-tensorflow': linkTensorFlowCommand,
  backend: printBackend,
};

const [name = '--help', ...rest] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
if (command === undefined) {
  const asksForHelp = name === '--help' || name === '-h';
  (asksForHelp ? console.log : console.error)(asksForHelp ? HELP : `There is no command ${name}.\n\n${HELP}`);
  process.exitCode = asksForHelp ? 0 : 2;
} else {
  try {
    process.exitCode = await command(rest);
  } catch (error) {
    if (!isCrucibleError(error)) throw error;
    console.error(`${error.message}\n${error.remedy} [${error.code}]`);
    process.exitCode = 1;
  }
}
