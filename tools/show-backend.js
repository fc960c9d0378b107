// Says which backend computes here and why; with a name, fails unless that one does.
import { selectBackend } from '@crucible/engine/backend';

const wanted = process.argv[2];
const names = { webgpu: ['webgpu'], 'tensorflow-gpu': ['tensorflow-gpu', 'tensorflow-cpu'] }[wanted] ?? [wanted];
const backend = await selectBackend();
console.log(`${backend.name}: ${backend.reason}`);
for (const { name, available, why } of backend.considered) console.log(`  ${available ? '✓' : '·'} ${name}: ${why}`);
const chosen = wanted === undefined || names.includes(backend.name);
await backend.dispose();
process.exit(chosen ? 0 : 1);
