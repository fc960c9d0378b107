// Imports every adapter of the golden cases and exports it again, fuses those of every merge and exports the result, for tools/python to judge:
// node tools/export-golden-adapters.js OUT ['{"ranks":"PATTERNS","dtype":"BF16","maxRank":2}']
// OUT/<case>/ is a PEFT folder; OUT/logits/<case>.safetensors holds the logits that we say it gives.
import { mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { exportPeftFolder, inspectAdapter } from '../engine/dist/adapters/index.js';
import { viewBytes, writeSafetensors } from '../engine/dist/tensors/index.js';
import { changesOf, logitsWith } from './correctness/figures.js';
import { importAll, openFused } from './correctness/fuse-case.js';
import { pathsOf, peftCases } from './correctness/golden-cases.js';

const [out, options = '{}'] = process.argv.slice(2);
if (out === undefined) {
  console.error('usage: node tools/export-golden-adapters.js OUT [OPTIONS OF THE EXPORT AS JSON]');
  process.exit(1);
}
const scratch = join(out, '.imported');
await mkdir(join(out, 'logits'), { recursive: true });
await mkdir(scratch, { recursive: true });

/** The adapter of a case, or what its adapters make fused; undefined where there is none. */
async function openResult(aCase) {
  if (aCase.facts?.rightAnswer !== undefined) return openFused(aCase, scratch);
  if (!aCase.name.startsWith('adapter-')) return undefined;
  const { adapters, base } = pathsOf(aCase);
  const { importable } = await inspectAdapter(adapters[0], { base: { digest: '0'.repeat(64), folder: base } });
  return importable ? (await importAll(aCase, scratch))[0] : undefined;
}

for (const aCase of peftCases) {
  const adapter = await openResult(aCase);
  if (adapter === undefined) continue;
  const { base } = pathsOf(aCase);
  const folder = join(out, aCase.name);
  await exportPeftFolder(adapter, folder, {
    baseModel: basename(base),
    taskType: 'CAUSAL_LM',
    ...JSON.parse(options),
  });
  await adapter.close();
  const logits = Float32Array.from((await logitsWith(base, await changesOf(folder, base))).get(''));
  await writeSafetensors(join(out, 'logits', `${aCase.name}.safetensors`), {
    tensors: [{ name: 'logits', dtype: 'F32', shape: [logits.length], read: () => viewBytes(logits) }],
  });
  console.log(folder);
}
await rm(scratch, { recursive: true });
