import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AdapterManifest, AdapterModuleInfo } from './adapter.js';
import { measureAdapter } from './measure-adapter.js';
import { openAdapter } from './open-adapter.js';
import { writeAdapter } from './write-adapter.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'measure-'));
});
afterAll(() => rm(folder, { recursive: true }));

const modules: readonly AdapterModuleInfo[] = [
  { name: 'model.layers.0.q', inFeatures: 6, outFeatures: 4, rank: 3, scale: 2 },
  { name: 'model.layers.0.k', inFeatures: 6, outFeatures: 2, rank: 1, scale: 0.5 },
  { name: 'embed', inFeatures: 10, outFeatures: 4, rank: 2, scale: 2, layout: 'EMBEDDING' },
];
const manifest: AdapterManifest = {
  version: 1,
  name: 'é “name”',
  method: 'LORA',
  rank: 3,
  alpha: 6,
  scale: 2,
  targetModules: ['q', 'k'],
  baseDigest: 'a'.repeat(64),
  provenance: { kind: 'TEST', seed: 3 },
};

it('a planned file has the tensors and bytes of the one that is written', async () => {
  const path = join(folder, 'adapter.safetensors');
  const { byteLength, digest } = await writeAdapter(
    path,
    manifest,
    modules.map((info) => ({
      info,
      factors: () => ({
        a: new Float32Array(info.rank * info.inFeatures),
        b: new Float32Array(info.rank * info.outFeatures),
      }),
    })),
  );
  expect(measureAdapter(manifest, modules)).toEqual({ tensors: 6, byteLength });
  // A store that knows the digest is believed; without one it is that of the bytes.
  for (const [options, expected] of [
    [{}, digest],
    [{ knownDigest: 'b'.repeat(64) }, 'b'.repeat(64)],
  ] as const) {
    const adapter = await openAdapter(path, options);
    expect(adapter.digest).toBe(expected);
    await adapter.close();
  }
});
