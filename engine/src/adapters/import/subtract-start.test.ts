import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { concatenate, createLowRank, toDense } from '../../algebra/index.js';
import { goldenPeft, relativeDistance } from '../golden.testing.js';
import { openAdapter } from '../open-adapter.js';
import { readPeftFolder } from '../read-peft-folder.js';
import { importAdapter } from './import-adapter.js';
import { inspectAdapter } from './inspect-adapter.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crucible-start-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const golden = (name: string): string => join(goldenPeft, '_adapters/llama', name);

/** An adapter of PEFT's with another word in its configuration. */
async function changed(name: string, from: string, to: string): Promise<string> {
  const where = await mkdtemp(join(folder, 'case-'));
  await cp(golden(name), where, { recursive: true });
  const config = join(where, 'adapter_config.json');
  await writeFile(config, (await readFile(config, 'utf8')).replace(from, to));
  return where;
}
const started = (name: string, start: string): Promise<string> =>
  changed(name, '"init_lora_weights": true', `"init_lora_weights": ${JSON.stringify(start)}`);

describe('an adapter whose start changed the base', () => {
  it.each([
    ['pissa', 'eq-b'],
    ['pissa_niter_16', 'eq-b'],
    ['olora', 'eq-b'],
    ['corda', 'eq-b'],
    // Other scale and rank before than after.
    ['lora_ga', 'rs-b'],
  ])('(%s) is s·B·A - s₀·B₀·A₀ against the stock base, at the sum of the ranks', async (start, before) => {
    const source = await started('eq-a', start);
    const outputPath = join(folder, `${start}.safetensors`);
    const { inspection } = await importAdapter({ source, outputPath, name: 'x', start: golden(before) });
    expect(inspection.notices.map(({ code }) => code)).toContain('START_SUBTRACTED');
    const [got, after, initial] = [
      await openAdapter(outputPath),
      await readPeftFolder(golden('eq-a')),
      await readPeftFolder(golden(before)),
    ];
    for (const [name, info] of got.modules) {
      const [x, y] = [after.modules.get(name)!, initial.modules.get(name)!];
      expect(info.rank).toBe(x.rank + y.rank);
      const expected = toDense(
        concatenate(
          [createLowRank(await after.readFactors(name), x), createLowRank(await initial.readFactors(name), y)],
          [1, -1],
        ),
      ).data;
      const dense = toDense(createLowRank(await got.readFactors(name), info)).data;
      expect(relativeDistance([[dense, expected]])).toBeLessThan(1e-7);
    }
    await Promise.all([got.close(), after.close(), initial.close()]);
  });

  it('is zero against the stock base before its first step', async () => {
    const report = await inspectAdapter(await started('eq-a', 'pissa'), { start: golden('eq-a') });
    expect(report.importable).toBe(true);
    for (const { spectrum } of report.modules) expect(spectrum!.norm).toBeLessThan(1e-12);
  });

  it.each<[string, () => Promise<string>, string, string]>([
    ['no start was needed', async () => golden('eq-a'), 'eq-b', 'BASE_DIFFERS'],
    ['LoftQ, whose base is quantized', () => started('eq-a', 'loftq'), 'eq-b', 'BASE_CHANGED'],
    ['a start of other layers', () => started('eq-a', 'pissa'), 'embed-a', 'BASE_DIFFERS'],
    ['a start of one layer fewer', () => started('eq-a', 'pissa'), 'layer-a', 'BASE_DIFFERS'],
    ['a start of one layer more', () => started('layer-a', 'pissa'), 'eq-a', 'BASE_DIFFERS'],
    ['a start that is DoRA', () => started('eq-a', 'pissa'), 'dora-a', 'DORA'],
  ])('is refused: %s', async (_, source, start, code) => {
    const { blockers } = await inspectAdapter(await source(), { start: golden(start) });
    expect(blockers.map((blocker) => blocker.code)).toContain(code);
  });
});
