// Run as a process of its own: says which backend the jobs of this machine will compute on, as one line of JSON.
import { selectBackend } from '@crucible/engine/backend';

const { name, reason, considered } = await selectBackend();
process.stdout.write(`${JSON.stringify({ name, reason, considered })}\n`, () => process.exit(0));
