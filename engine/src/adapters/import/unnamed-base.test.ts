import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goldenPeft } from '../golden.testing.js';
import { importAdapter } from './import-adapter.js';
import { inspectAdapter } from './inspect-adapter.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crucible-unnamed-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** An adapter of PEFT's whose configuration names no base. */
async function unnamed(adapter: string): Promise<string> {
  const where = await mkdtemp(join(folder, 'case-'));
  await cp(join(goldenPeft, '_adapters/llama', adapter), where, { recursive: true });
  const config = join(where, 'adapter_config.json');
  const { base_model_name_or_path: _, ...rest } = JSON.parse(await readFile(config, 'utf8')) as Record<string, unknown>;
  await writeFile(config, JSON.stringify(rest));
  return where;
}

async function baseOf(source: string): Promise<string> {
  const { manifest } = await importAdapter({ source, outputPath: join(folder, 'made.safetensors'), name: 'x' });
  return manifest.baseDigest;
}

/** All adapters without a name of their base once had one base in common, and passed for adapters that can be fused. */
describe('adapters that name no base', () => {
  it('belong with no other, and with themselves', async () => {
    const [first, again, second] = [await unnamed('eq-a'), await unnamed('eq-a'), await unnamed('eq-b')];
    expect(await baseOf(first)).toBe(await baseOf(again));
    expect(await baseOf(first)).not.toBe(await baseOf(second));
    expect(await baseOf(first)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('are told so, unless a base is given', async () => {
    const source = await unnamed('eq-a');
    const codes = async (base?: { digest: string }): Promise<readonly string[]> =>
      (await inspectAdapter(source, base && { base })).notices.map(({ code }) => code);
    expect(await codes()).toEqual(['BASE_UNNAMED']);
    expect(await codes({ digest: 'a'.repeat(64) })).toEqual([]);
  });
});
