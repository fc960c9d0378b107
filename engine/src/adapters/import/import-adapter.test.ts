import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeBF16, decodeF16, encodeBF16, encodeF16, viewBytes } from '../../tensors/index.js';
import { openAdapter } from '../open-adapter.js';
import { digestFrame } from '../tangent-frame.js';
import { digestBaseName } from './digest-base.js';
import { importAdapter } from './import-adapter.js';
import { inspectAdapter } from './inspect-adapter.js';
import {
  base,
  folder,
  fresh,
  golden,
  importFrom,
  openManifest,
  tensor,
  wave,
  writePeft,
} from './import-cases.testing.js';

describe('an import', () => {
  it('has the same bytes each time, and says in its manifest what it is', async () => {
    const first = await importFrom(golden('llama/pat-a'));
    const second = await importFrom(golden('llama/pat-a'));
    expect(second.digest).toBe(first.digest);
    expect(await readFile(second.path)).toEqual(await readFile(first.path));
    expect(first.manifest).toMatchObject({
      baseDigest: base.digest,
      method: 'LORA',
      rank: 6,
      targetModules: ['down_proj', 'q_proj', 'v_proj'],
      frameDigest: first.inspection.frame.frameDigest,
      provenance: { kind: 'IMPORT', dialect: 'PEFT', baseModel: 'golden/llama', peftVersion: '0.21.0' },
    });
    expect(first.manifest).toEqual(await openManifest(first.path));
    const adapter = await openAdapter(first.path);
    expect(adapter.digest).toBe(first.digest);
    expect(adapter.modules.size).toBe(first.inspection.modules.length);
    await adapter.close();
  });

  it('belongs to the base that the adapter tells, where none is given', async () => {
    const { manifest } = await importAdapter({
      source: golden('llama/eq-a'),
      outputPath: join(await fresh(), 'a.safetensors'),
      name: 'told',
    });
    expect(manifest.baseDigest).toBe(digestBaseName({ name: 'golden/llama' }));
    expect(digestBaseName({ name: 'golden/llama', revision: 'main' })).not.toBe(manifest.baseDigest);
  });

  it('recognizes adapters of one frame by their A, whatever their B', async () => {
    const frames = await Promise.all(
      ['frame-a', 'frame-b', 'frame-c', 'eq-a'].map((name) => inspectAdapter(golden(`llama/${name}`), { base })),
    );
    const digests = frames.map(({ frame }) => frame.digest);
    expect(digests[1]).toBe(digests[0]);
    expect(digests[2]).toBe(digests[0]);
    expect(digests[3]).not.toBe(digests[0]);
    expect(frames[1]!.frame.frameDigest).toBe(frames[0]!.frame.frameDigest);
  });

  it('leaves nothing behind when it is refused, fails or is aborted, and reports progress to the end', async () => {
    const where = await fresh();
    const outputPath = join(where, 'adapter.safetensors');
    const attempt = (source: string, more: Partial<Parameters<typeof importAdapter>[0]> = {}) =>
      importAdapter({ source, outputPath, name: 'x', base, ...more });
    await expect(attempt(golden('llama/dora-a'))).rejects.toMatchObject({ code: 'ADAPTER_IMPORT_REFUSED' });
    const aborted = AbortSignal.abort(new Error('enough'));
    await expect(attempt(golden('llama/eq-a'), { signal: aborted })).rejects.toThrow('enough');
    for (const step of [2, 5, 9]) {
      const controller = new AbortController();
      const onProgress = (done: number): void => {
        if (done === step) controller.abort(new Error('enough'));
      };
      await expect(attempt(golden('llama/eq-a'), { signal: controller.signal, onProgress })).rejects.toThrow('enough');
    }
    expect(await readdir(where)).toEqual([]);
    const seen: number[] = [];
    let last = 0;
    await attempt(golden('llama/eq-a'), {
      onProgress: (done, total) => {
        seen.push(done);
        last = total;
      },
    });
    expect(seen).toEqual([...seen].sort((x, y) => x - y));
    expect(seen.at(-1)).toBe(last);
    expect(await readdir(where)).toEqual(['adapter.safetensors']);
  });
});

describe('the frame of an import', () => {
  it('is the one that its own A make', async () => {
    const { path, manifest } = await importFrom(golden('llama/mix-b'));
    const adapter = await openAdapter(path);
    const frame = await digestFrame(
      base.digest,
      [...adapter.modules.values()].map((info) => ({ info, a: async () => (await adapter.readFactors(info.name)).a })),
    );
    await adapter.close();
    expect(frame).toBe(manifest.frameDigest);
  });
});

describe('half floats', () => {
  it.each([
    ['F16', encodeF16, decodeF16],
    ['BF16', encodeBF16, decodeBF16],
  ] as const)('of %s widen exactly', async (dtype, encode, decode) => {
    const [codesA, codesB] = [encode(wave(6, 2)), encode(wave(8, 3))];
    const where = await writePeft(
      [
        { name: 'base_model.model.q.lora_A.weight', dtype, shape: [2, 3], read: () => viewBytes(codesA) },
        { name: 'base_model.model.q.lora_B.weight', dtype, shape: [4, 2], read: () => viewBytes(codesB) },
      ],
      {},
    );
    const { path, inspection } = await importFrom(where, 'half', { base: { digest: base.digest } });
    expect(inspection.modules).toMatchObject([{ dtype }]);
    const adapter = await openAdapter(path);
    expect(await adapter.readFactors('q')).toEqual({ a: decode(codesA), b: decode(codesB) });
    await adapter.close();
  });
});

describe('the report', () => {
  it('has singular values in three figures', async () => {
    const eye = Float32Array.of(1, 0, 0, 0, 1, 0);
    const where = await writePeft(
      [
        tensor('base_model.model.q.lora_A.weight', [2, 3], eye),
        tensor('base_model.model.q.lora_B.weight', [2, 2], Float32Array.of(3, 0, 0, 1)),
      ],
      { base_model_name_or_path: 'x', target_modules: ['q', 'v'] },
    );
    const { modules, notices } = await inspectAdapter(where);
    // ΔW = 2·diag(3, 1): σ = 6 and 2.
    const { norm, numericalRank, effectiveRank } = modules[0]!.spectrum!;
    expect(norm).toBeCloseTo(Math.sqrt(40), 12);
    expect(numericalRank).toBe(2);
    expect(effectiveRank).toBeCloseTo(Math.exp(-(0.75 * Math.log(0.75) + 0.25 * Math.log(0.25))), 12);
    expect(notices).toMatchObject([{ code: 'TARGET_UNMATCHED', subject: 'v' }]);
  });

  it('notices updates that are zero, and ranks that are not used', async () => {
    const zero = await writePeft(
      [
        tensor('base_model.model.q.lora_A.weight', [2, 3]),
        tensor('base_model.model.q.lora_B.weight', [4, 2], new Float32Array(8)),
      ],
      { base_model_name_or_path: 'x' },
    );
    expect((await inspectAdapter(zero)).notices).toMatchObject([{ code: 'UPDATE_ZERO' }]);
    const thin = Float32Array.of(1, 1, 2, 2, 3, 3, 4, 4);
    const twice = await writePeft(
      [tensor('base_model.model.q.lora_A.weight', [2, 3]), tensor('base_model.model.q.lora_B.weight', [4, 2], thin)],
      { base_model_name_or_path: 'x' },
    );
    expect((await inspectAdapter(twice)).notices).toMatchObject([{ code: 'RANK_NOT_USED' }]);
  });

  it('keeps what the configuration says of tokens and paths as text', async () => {
    await mkdir(join(folder, 'x'), { recursive: true });
    const where = await writePeft(
      [tensor('base_model.model.q.lora_A.weight', [2, 3]), tensor('base_model.model.q.lora_B.weight', [4, 2])],
      {
        base_model_name_or_path: '../../etc/passwd',
        task_type: 'CAUSAL_LM',
        use_rslora: true,
      },
    );
    const report = await inspectAdapter(where);
    expect(report.base).toEqual({ name: '../../etc/passwd' });
    expect(report.facts).toMatchObject({ taskType: 'CAUSAL_LM', rsLora: true });
    expect(report.scale).toBeCloseTo(4 / Math.SQRT2, 12);
  });
});
