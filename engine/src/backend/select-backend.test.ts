import { afterEach, describe, expect, it, vi } from 'vitest';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BACKEND_ORDER, choiceFile, forgetChoice, keepChoice, readChoice, selectBackend } from './index.js';

const nowhere = join(tmpdir(), 'crucible-nothing-is-kept-here');

describe('the backend', () => {
  afterEach(() => vi.restoreAllMocks());

  it.each(['wasm', 'cpu'])(
    '%s computes, says why it was chosen, and can be chosen again after it was disposed of',
    async (name) => {
      for (const environment of [{ CRUCIBLE_BACKEND: name }, { CRUCIBLE_BACKEND: name }]) {
        const backend = await selectBackend({ environment });
        expect(backend.name).toBe(name);
        expect(backend.reason).toContain('CRUCIBLE_BACKEND');
        expect(backend.considered).toEqual([{ name, available: true, why: expect.any(String) }]);
        const { tf } = backend;
        const product = tf.tidy(() => tf.matMul(tf.tensor2d([[1, 2]]), tf.tensor2d([[3], [4]])).dataSync());
        expect([...product]).toEqual([11]);
        backend.dispose();
      }
    },
  );

  it('is the best that works here when nobody asks, with a reason for every better one', async () => {
    const backend = await selectBackend({ environment: { XDG_DATA_HOME: nowhere } });
    expect(backend.considered.at(-1)).toMatchObject({ name: backend.name, available: true });
    expect(backend.considered.slice(0, -1).every(({ available, why }) => !available && why.length > 0)).toBe(true);
    expect(backend.considered.map(({ name }) => name)).toEqual(BACKEND_ORDER.slice(0, backend.considered.length));
    expect(BACKEND_ORDER.indexOf(backend.name)).toBeLessThanOrEqual(BACKEND_ORDER.indexOf('wasm'));
    backend.dispose();
  });

  it('is the one that was measured to be the fastest, on the machine that it was measured on', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'crucible-choice-'));
    const environment = { XDG_DATA_HOME: folder };
    try {
      const choice = { backend: 'cpu', gigaflops: { cpu: 2, wasm: 1 } } as const;
      await keepChoice(choice, environment);
      expect(await readChoice(environment)).toEqual(choice);
      const backend = await selectBackend({ environment });
      expect([backend.name, backend.reason]).toEqual(['cpu', expect.stringContaining('measured')]);
      backend.dispose();
      const asked = await selectBackend({ environment: { ...environment, CRUCIBLE_BACKEND: 'wasm' } });
      expect(asked.name).toBe('wasm');
      asked.dispose();
      // Another adapter was asked for since: the answer is to another question.
      expect(await readChoice({ ...environment, CRUCIBLE_WEBGPU_ADAPTER: 'low-power' })).toBeUndefined();
      for (const broken of [
        '',
        '{',
        '{"version":1,"facts":"x"}',
        '{"version":1,"facts":"x","choice":{"backend":"abacus"}}',
      ]) {
        await writeFile(choiceFile(environment), broken);
        expect(await readChoice(environment)).toBeUndefined();
      }
      await forgetChoice(environment);
      expect(await readChoice(environment)).toBeUndefined();
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('uses SIMD on WASM', async () => {
    const backend = await selectBackend({ backend: 'wasm' });
    expect(backend.reason).toContain('with SIMD');
    backend.dispose();
  });

  it('prints nothing and leaves the listeners of the process alone', async () => {
    const spies = (['log', 'info', 'warn', 'error'] as const).map((method) => vi.spyOn(console, method));
    const before = process.listenerCount('uncaughtException') + process.listenerCount('unhandledRejection');
    for (const name of ['wasm', 'cpu']) {
      const backend = await selectBackend({ backend: name });
      backend.tf.tidy(() => backend.tf.add(1, 2).dataSync());
      backend.dispose();
    }
    expect(process.listenerCount('uncaughtException') + process.listenerCount('unhandledRejection')).toBe(before);
    for (const spy of spies) expect(spy).not.toHaveBeenCalled();
  });

  it('is refused by an unknown name with the names that there are', async () => {
    await expect(selectBackend({ environment: { CRUCIBLE_BACKEND: 'abacus' } })).rejects.toMatchObject({
      code: 'BACKEND_UNKNOWN',
      message: expect.stringContaining('wasm, cpu'),
    });
  });
});
