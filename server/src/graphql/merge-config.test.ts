import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeAdapter } from '@crucible/engine/adapters';
import { Adapter } from '../entities/index.js';
import type { Seeded } from './testing/seed.js';
import { seed } from './testing/seed.js';
import { createTestServer, type TestServer } from './testing/create-test-server.js';

/** One module of rank 1. */
async function writeTinyAdapter(path: string, name: string): Promise<void> {
  const shape = { rank: 1, scale: 1 };
  const digest = createHash('sha256').update('base').digest('hex');
  await writeAdapter(
    path,
    { version: 1, name, method: 'LORA', ...shape, alpha: 1, targetModules: ['v_proj'], baseDigest: digest },
    [
      {
        info: { name: 'layer.v_proj', inFeatures: 1, outFeatures: 1, ...shape },
        factors: () => ({ a: Float32Array.of(1), b: Float32Array.of(name.length) }),
      },
    ],
  );
}

let server: TestServer;
let seeded: Seeded;
beforeAll(async () => {
  server = await createTestServer();
  const em = server.platform.orm.em.fork();
  seeded = await seed(em, { tasks: 2, adapters: 2, runs: 0 });
  // What differs by adapter becomes schedules, and those are held against the modules of the files.
  const { blobs } = server.platform;
  for (const { id, name } of seeded.adapters) {
    const path = await blobs.incoming();
    await writeTinyAdapter(path, name);
    const { digest } = await blobs.adopt(path);
    await em.nativeUpdate(Adapter, { id }, { digest });
  }
});
afterAll(() => server.dispose());

const IMPORT = `mutation ($input: ImportMergeConfigInput!) {
  importMergeConfig(input: $input) {
    __typename
    ... on MergeConfigImport {
      input
      findings { severity message path line column }
      run { id options { ... on AppliedTiesOptions { preset density schedules { parameter adapter modules values } } } }
      problem { code message }
    }
    ... on InvalidMergeConfig { code message path findings { severity line message } }
  }
}`;

const yamlOf = (a: string, b: string): string => `
merge_method: ties
base_model: org/base
models:
  - { model: org/base+org/${a}, parameters: { weight: 0.5, density: 0.25 } }
  - { model: org/base+org/${b}, parameters: { weight: 2, density: 0.75 } }
parameters: { lambda: 0.8 }
dtype: bfloat16
`;

interface Imported {
  readonly importMergeConfig: {
    readonly __typename: string;
    readonly input: string;
    readonly code: string;
    readonly message: string;
    readonly findings: readonly { readonly severity: string; readonly message: string; readonly line: number }[];
    readonly run: { readonly id: string; readonly options: object } | null;
    readonly problem: { readonly code: string } | null;
  };
}

describe('importMergeConfig', () => {
  it('finds the adapters by name, and answers the fusion as an input that `fuse` takes', async () => {
    const [a, b] = seeded.adapters;
    const { importMergeConfig: imported } = await server.data<Imported>(IMPORT, {
      input: { yaml: yamlOf(a!.name, b!.name) },
    });
    expect(imported).toMatchObject({ __typename: 'MergeConfigImport', run: null, problem: null });
    expect(imported.findings).toMatchObject([{ severity: 'IGNORED', path: ['dtype'], line: 8, column: 8 }]);
    expect(imported.input).toContain('preset: MERGEKIT');
    // What it answers is checked as any client's input: by the schema, and by the service.
    const { fuse } = await server.data<{ fuse: { __typename: string } }>(
      `mutation { fuse(input: ${imported.input}) { __typename ... on Problem { code message } } }`,
    );
    expect(fuse).toEqual({ __typename: 'FusionRun' });
  });

  it('queues it when asked to, with what differs by adapter as schedules', async () => {
    const [a, b] = seeded.adapters;
    const { importMergeConfig: imported } = await server.data<Imported>(IMPORT, {
      input: {
        yaml: yamlOf('x', 'y'),
        adapters: [
          { reference: 'org/base+org/x', adapter: a!.id },
          { reference: 'org/y', adapter: b!.id },
        ],
        start: true,
      },
    });
    expect(imported.problem).toBeNull();
    expect(imported.run!.options).toEqual({
      preset: 'MERGEKIT',
      density: 1,
      schedules: [
        { parameter: 'DENSITY', adapter: 0, modules: null, values: [0.25] },
        { parameter: 'DENSITY', adapter: 1, modules: null, values: [0.75] },
      ],
    });
  });

  it('refuses what it cannot take, each with its line, and fuses nothing', async () => {
    const yaml = `merge_method: ties\nbase_model: b\nmodels:\n  - { model: b+nobody, parameters: { weight: 1 } }\n`;
    const { importMergeConfig: imported } = await server.data<Imported>(IMPORT, { input: { yaml, start: true } });
    expect(imported).toMatchObject({ __typename: 'InvalidMergeConfig', code: 'MERGE_CONFIG_REFUSED' });
    expect(imported.findings).toMatchObject([{ severity: 'REFUSED', line: 4 }]);
    expect(imported.message).toContain('line 4: b+nobody: no adapter has this name');
  });

  it('tells of text that is no YAML where it stops being it', async () => {
    const { importMergeConfig: imported } = await server.data<Imported>(IMPORT, { input: { yaml: 'a: [' } });
    expect(imported).toMatchObject({ __typename: 'InvalidMergeConfig', code: 'MERGE_CONFIG_YAML', findings: [] });
  });
});
