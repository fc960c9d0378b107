import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Adapter, BaseModel, type FusionRun, type ImportRun, RunState } from '../entities/index.js';
import { describeComputation } from '../services/describe-computation.js';
import { importAdapter } from '../services/import-adapter.js';
import { importBaseModel } from '../services/import-base-model.js';
import { succeeded, TestSystem } from '../testing/test-system.js';

/** Models and adapters of PEFT as engine/golden has them, where their outputs are compared with transformers and PEFT. */
const golden = fileURLToPath(new URL('../../golden/', import.meta.url));

describe('models of every family', () => {
  let system: TestSystem;
  const environment = { ...process.env };
  beforeAll(async () => {
    system = await TestSystem.start();
    const root = join(system.database.home, 'import root');
    await cp(join(golden, 'families'), join(root, 'families'), { recursive: true });
    process.env['CRUCIBLE_IMPORT_ROOT'] = root;
    await system.startWorker();
  });
  afterAll(async () => {
    await system.dispose();
    process.env = environment;
  });

  /** Taken in once. */
  const taken = new Map<string, Promise<BaseModel>>();
  const takeBase = (directory: string): Promise<BaseModel> => {
    const known = taken.get(directory) ?? takeIn(directory);
    taken.set(directory, known);
    return known;
  };

  async function takeIn(directory: string): Promise<BaseModel> {
    const asked = await importBaseModel(system.em, system.platform, { source: { directory } });
    const done = await system.until(succeeded(asked) as ImportRun);
    expect(done).toMatchObject({ state: RunState.SUCCEEDED, problem: null });
    return system.em.findOneOrFail(BaseModel, { id: done.base!.id });
  }

  it.each([
    [
      'families/clip-eos/model',
      { architecture: 'clip', imageSize: 28 },
      { family: 'clip', reads: ['IMAGES', 'TEXT'], imageSize: 28, maxTokens: 10, vocabulary: 37, linearLayers: 14 },
    ],
    [
      'families/vit/model',
      { architecture: 'vit', imageSize: 32 },
      { family: 'vit', reads: ['IMAGES'], imageSize: 32, maxTokens: null, linearLayers: 12 },
    ],
    [
      'families/bert-classifier/model',
      { architecture: 'bert', imageSize: null },
      { family: 'bert', reads: ['TEXT'], targetModules: ['dense', 'key', 'query', 'value'], maxTokens: 16 },
    ],
  ])('are taken in from %s, and say what is computed of them', async (directory, row, computation) => {
    const base = await takeBase(directory);
    expect(base).toMatchObject(row);
    expect(describeComputation(base.config)).toMatchObject({ computation, why: null });
  });

  it('are described as not computed where the family is unknown', () => {
    const { computation, why } = describeComputation({ model_type: 'mamba' });
    expect(computation).toBeNull();
    expect(why).toMatch(/"mamba".*bert/);
  });

  it.each(['bert-classifier', 'vit'])('take the adapters that PEFT saved for %s, which then fuse', async (name) => {
    const base = await takeBase(`families/${name}/model`);
    const members: Adapter[] = [];
    for (const part of ['first', 'second']) {
      const source = { directory: `families/${name}/adapter` };
      const asked = await importAdapter(system.em, system.platform, { source, base: base.id, name: part });
      const done = await system.until(succeeded(asked) as ImportRun);
      expect(done).toMatchObject({ state: RunState.SUCCEEDED, problem: null });
      members.push(await system.em.findOneOrFail(Adapter, { id: done.output!.id }));
    }
    expect(members[0]!.base.id).toBe(base.id);
    const run = await system.until(
      succeeded(
        await system.platform.services.fuse(system.em, {
          strategy: { id: 'simpleAverage', options: {} },
          adapters: members.map(({ id }) => ({ adapter: id })),
        }),
      ) as FusionRun,
    );
    expect(run).toMatchObject({ state: RunState.SUCCEEDED, problem: null });
  });
});
