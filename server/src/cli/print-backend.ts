import { selectBackend } from '@crucible/engine/backend';
import type { Command } from './main.js';

/** Which backend computes here, and why the better ones do not. */
export const printBackend: Command = async () => {
  const backend = await selectBackend();
  console.log(`${backend.name}: ${backend.reason}`);
  for (const { name, available, why } of backend.considered) console.log(`  ${available ? '✓' : '·'} ${name}: ${why}`);
  backend.dispose();
  return 0;
};
