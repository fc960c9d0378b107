import { parseArgs } from 'node:util';
import { chooseBackend, forgetChoice, selectBackend } from '@crucible/engine/backend';
import type { Command } from './main.js';

/** Which backend computes here, and why the better ones do not; with `--measure` which is the fastest, from now on. */
export const printBackend: Command = async (argv) => {
  const { values } = parseArgs({
    args: [...argv],
    options: { measure: { type: 'boolean' }, forget: { type: 'boolean' } },
  });
  if (values.forget === true) await forgetChoice();
  if (values.measure === true) {
    const { gigaflops } = await chooseBackend();
    for (const [name, rate] of Object.entries(gigaflops)) console.log(`  ${name}: ${rate.toPrecision(3)} GFLOP/s`);
  }
  const backend = await selectBackend();
  console.log(`${backend.name}: ${backend.reason}`);
  for (const { name, available, why } of backend.considered) console.log(`  ${available ? '✓' : '·'} ${name}: ${why}`);
  backend.dispose();
  return 0;
};
