import { join } from 'node:path';
import { wrap } from '@mikro-orm/postgresql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analysisLimits } from '../analysis/index.js';
import { Adapter, BaseModel, FusionRun, Origin } from '../entities/index.js';
import { planRun } from '../services/ask-analyst.js';
import { TestSystem } from '../testing/test-system.js';
import { writeTinyWorkspace } from '../testing/tiny-workspace.js';
import { createTestServer, type TestServer } from './testing/create-test-server.js';

const NOBODY = '01890000-0000-7000-8000-000000000000';
const PROBLEM = '... on Problem { code message path }';

describe('questions about adapters, over the API', () => {
  let server: TestServer;
  let lora: readonly string[];
  let framed: readonly string[];
  beforeAll(async () => {
    server = await createTestServer();
    const workspace = join(server.platform.home, 'workspace');
    await writeTinyWorkspace(workspace);
    const em = server.platform.orm.em.fork();
    await server.platform.services.importWorkspace(em, workspace);
    const idsOf = async (method: string): Promise<readonly string[]> =>
      (await em.find(Adapter, { method, origin: Origin.IMPORTED }, { orderBy: { name: 'asc' } })).map(({ id }) => id);
    [lora, framed] = [await idsOf('LORA'), await idsOf('L_LORA')];
  });
  afterAll(() => server.dispose());

  const SIMILARITY = `query ($adapters: [ID!]!, $signRows: Int! = 64, $weights: [Float!]) {
    similarity(adapters: $adapters, signRows: $signRows, weights: $weights) { __typename ${PROBLEM}
      ... on SimilarityReport {
        adapters { norm adapter { id } } weights truncationErrors
        pairs { left right cosine normRatio columnOverlap rowOverlap signConflict { value margin } }
        modules { module outFeatures truncationErrors signConflict { value } cancellation { value }
          updates { adapter norm rank effectiveRank stableRank singularValues } pairs { left right cosine rowCosines } }
        layers { stack index energies } signConflict { value margin } cancellation { value }
      } } }`;
  interface Report {
    readonly __typename: string;
    readonly code?: string;
    readonly adapters: readonly { readonly norm: number; readonly adapter: { readonly id: string } }[];
    readonly truncationErrors: readonly number[];
    readonly pairs: readonly Record<string, number & { readonly value: number; readonly margin: number }>[];
    readonly modules: readonly {
      readonly updates: readonly { readonly rank: number; readonly norm: number }[];
      readonly signConflict: unknown;
    }[];
    readonly layers: readonly {
      readonly stack: string;
      readonly index: number;
      readonly energies: readonly number[];
    }[];
  }
  const similarity = async (variables: Record<string, unknown>): Promise<Report> =>
    (await server.data<{ similarity: Report }>(SIMILARITY, variables)).similarity;

  it('compares adapters without their base', async () => {
    const report = await similarity({ adapters: lora });
    expect(report.__typename).toBe('SimilarityReport');
    expect(report.adapters.map(({ adapter }) => adapter.id)).toEqual(lora);
    expect(report.pairs).toHaveLength(1);
    const [pair] = report.pairs;
    expect(Math.abs(pair!['cosine']!)).toBeLessThan(1);
    // Modules of 16 rows: all are looked at.
    expect(pair!['signConflict']!.margin).toBe(0);
    expect(pair!['signConflict']!.value).toBeGreaterThan(0.3);
    expect(report.modules).toHaveLength(4);
    expect(report.modules[0]!.updates.map(({ rank }) => rank)).toEqual([2, 2]);
    expect(report.truncationErrors).toHaveLength(4);
    expect(report.truncationErrors.at(-1)).toBe(0);
    expect(report.layers.map(({ stack, index }) => [stack, index])).toEqual([
      ['vision_model.encoder.layers', 0],
      ['vision_model.encoder.layers', 1],
    ]);
    const energy = report.layers.reduce((sum, { energies }) => sum + energies[0]!, 0);
    expect(Math.sqrt(energy)).toBeCloseTo(report.adapters[0]!.norm, 9);
  });

  it('estimates signs from some rows, leaves them out at 0, and remembers what it has compared', async () => {
    const some = await similarity({ adapters: lora, signRows: 4 });
    expect(some.pairs[0]!['signConflict']!.margin).toBeGreaterThan(0);
    const none = await similarity({ adapters: lora, signRows: 0 });
    expect(none.modules[0]!.signConflict).toBeNull();
    expect(await similarity({ adapters: lora, signRows: 4 })).toEqual(some);
    // Those of one frame share their row spaces.
    const [pair] = (await similarity({ adapters: framed })).pairs;
    expect(pair!['rowOverlap']).toBeCloseTo(1, 9);
    expect(pair!['columnOverlap']).toBeLessThan(1);
  });

  it.each([
    ['nobody', () => ({ adapters: [NOBODY] }), 'NOT_FOUND'],
    ['no id', () => ({ adapters: ['17'] }), 'NOT_FOUND'],
    ['no adapter', () => ({ adapters: [] }), 'DIAGNOSTICS_NO_ADAPTERS'],
    ['one twice', () => ({ adapters: [lora[0], lora[0]] }), 'ADAPTERS_INCOMPATIBLE'],
    ['a weight too many', () => ({ adapters: lora, weights: [1, 2, 3] }), 'DIAGNOSTICS_WEIGHTS_INVALID'],
    [
      'too many',
      () => ({
        adapters: Array.from({ length: analysisLimits.adapters + 1 }, (_, i) => NOBODY.slice(0, -2) + (10 + i)),
      }),
      'QUOTA_EXCEEDED',
    ],
  ])('answers a comparison of %s with the reason', async (_, variables, code) => {
    expect(await similarity(variables())).toMatchObject({ code });
  });

  it('compares adapters of one base model only: modules of others have other names', async () => {
    const em = server.platform.orm.em.fork();
    const adapter = await em.findOneOrFail(Adapter, { id: lora[1]! }, { populate: ['base'] });
    const { id: own, createdAt: _, ...facts } = wrap(adapter.base.getEntity()).toPOJO();
    const other = em.create(BaseModel, { ...facts, name: 'another', digest: 'f'.repeat(64) } as never);
    await em.persist(other).flush();
    await em.nativeUpdate(Adapter, { id: lora[1]! }, { base: other.id });
    expect(await similarity({ adapters: lora })).toMatchObject({
      code: 'ADAPTERS_INCOMPATIBLE',
      message: expect.stringContaining('is of another base model than'),
    });
    await em.nativeUpdate(Adapter, { id: lora[1]! }, { base: own });
  });

  it('reads no more than it may', async () => {
    const em = server.platform.orm.em.fork();
    const { sizeBytes } = await em.findOneOrFail(Adapter, { id: lora[0]! });
    await em.nativeUpdate(Adapter, { id: lora[0]! }, { sizeBytes: analysisLimits.bytes });
    expect(await similarity({ adapters: lora, signRows: 1 })).toMatchObject({ code: 'QUOTA_EXCEEDED' });
    await em.nativeUpdate(Adapter, { id: lora[0]! }, { sizeBytes });
  });

  const input = (change: Record<string, unknown> = {}): Record<string, unknown> => ({
    adapters: lora.map((id) => ({ id })),
    strategy: { taskArithmetic: { lambda: 0.5 } },
    ...change,
  });
  const PLAN = `query ($input: FuseInput!) { planFusion(input: $input) { __typename ${PROBLEM}
    ... on FusionPlan { ready space spaceReason issues { code message path } evaluateOn { name }
      run { tensorsRead tensorsWritten bytesRead bytesWritten passes outputs result outputRank certain peakMemoryBytes seconds
        secondsBasis secondsRuns modules { module inputRank outputRank adapters } } } } }`;
  const plan = async (change: Record<string, unknown> = {}): Promise<Record<string, never>> =>
    (await server.data<{ planFusion: Record<string, never> }>(PLAN, { input: input(change) })).planFusion;

  it('plans a fusion, and queues nothing', async () => {
    const planned = await plan();
    expect(planned).toMatchObject({
      ready: true,
      issues: [],
      evaluateOn: [{ name: 'left' }, { name: 'right' }],
      run: {
        tensorsRead: 16,
        tensorsWritten: 8,
        passes: 1,
        outputs: 1,
        result: 'COMBINATION',
        outputRank: 4,
        certain: true,
        secondsBasis: 'CALIBRATION',
        secondsRuns: 0,
      },
    });
    expect(await server.platform.orm.em.fork().count(FusionRun)).toBe(0);
    const ties = await plan({ strategy: { ties: {} }, space: 'CORE', outputRank: 3 });
    expect(ties).toMatchObject({ space: 'CORE', run: { result: 'MATRICES', outputRank: 3, certain: false } });
  });

  it('lists all that stands in the way of a fusion', async () => {
    const planned = await plan({
      adapters: [...lora, ...lora].map((id) => ({ id })),
      strategy: { ties: { density: 3 } },
      space: 'FRAME',
      outputRank: 0,
    });
    expect(planned).toMatchObject({ ready: false, run: null });
    const codes = (planned['issues'] as unknown as readonly { readonly code: string }[]).map(({ code }) => code);
    expect(codes).toEqual(
      expect.arrayContaining(['ADAPTER_TWICE', 'OPTIONS_INVALID', 'OUTPUT_RANK_INVALID', 'FRAME_NOT_SHARED']),
    );
    expect(await plan({ adapters: [{ id: NOBODY }] })).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('names missing statistics once for each adapter, with the mutation that makes them', async () => {
    const planned = await plan({ strategy: { regMean: {} } });
    const issues = planned['issues'] as unknown as readonly { code: string; message: string; path: string[] }[];
    expect(issues.map(({ code, path }) => [code, ...path])).toEqual([
      ['STATISTICS_MISSING', 'adapters', '0'],
      ['STATISTICS_MISSING', 'adapters', '1'],
    ]);
    expect(issues[1]!.message).toContain(`computeStatistics(input: { adapter: "${lora[1]}", kind: GRAM })`);
  });

  const PREVIEW = `query ($input: FuseInput!) { previewFusion(input: $input) { __typename ${PROBLEM}
    ... on FusionPreview { space outputRank norm relativeError retainedEnergy prepareSeconds seconds
      adapters { cosine retainedEnergy adapter { id } } modules { module norm rank relativeError } } } }`;
  const preview = async (change: Record<string, unknown> = {}): Promise<Record<string, never>> =>
    (await server.data<{ previewFusion: Record<string, never> }>(PREVIEW, { input: input(change) })).previewFusion;

  it('previews fusions of adapters that it factorizes once', async () => {
    const first = await preview();
    expect(first).toMatchObject({ outputRank: 4, relativeError: 0, retainedEnergy: 1 });
    expect(first['prepareSeconds']).toBeGreaterThan(0);
    const again = await preview({ strategy: { taskArithmetic: { lambda: 1 } }, outputRank: 2 });
    expect(again['prepareSeconds']).toBe(0);
    expect(again['relativeError']).toBeGreaterThan(0);
    expect(again['outputRank']).toBe(2);
    // Twice the factor is twice the norm.
    const twice = await preview({ strategy: { taskArithmetic: { lambda: 1 } } });
    expect(Number(twice['norm']) / Number(first['norm'])).toBeCloseTo(2, 9);
    expect(await preview({ strategy: { ties: {} }, space: 'CORE' })).toMatchObject({ __typename: 'FusionPreview' });
  });

  it.each([
    ['a rule of dense matrices', () => ({ strategy: { ties: {} }, space: 'DELTA' }), 'PREVIEW_NOT_POSSIBLE'],
    ['FACTOR space', () => ({ adapters: framed.map((id) => ({ id })), space: 'FACTOR' }), 'PREVIEW_NOT_POSSIBLE'],
    ['density 3', () => ({ strategy: { ties: { density: 3 } } }), 'OPTIONS_INVALID'],
    ['nobody', () => ({ adapters: [{ id: NOBODY }] }), 'NOT_FOUND'],
    [
      'too many',
      () => ({
        adapters: Array.from({ length: analysisLimits.previewAdapters + 1 }, (_, i) => ({
          id: NOBODY.slice(0, -2) + (10 + i),
        })),
      }),
      'QUOTA_EXCEEDED',
    ],
  ])('answers a preview of %s with the reason', async (_, change, code) => {
    expect(await preview(change())).toMatchObject({ code });
  });

  it('says what to do instead of a preview that cannot be', async () => {
    const { message } = await preview({ strategy: { ties: {} }, space: 'DELTA' });
    expect(message).toContain('cannot be previewed');
    expect(message).toContain('Choose CORE space');
  });
});

describe('a plan and the run that follows', () => {
  it('agree on tensors and bytes; the next plan takes its seconds from that run', async () => {
    const system = await TestSystem.start();
    try {
      const { plugins, blobs, analyst, queue, services } = system.platform;
      const context = { plugins, blobs, analyst, queue, backend: 'wasm' };
      const adapters = (await system.adapters('LORA')).map(({ id }) => ({ adapter: id }));
      const input = {
        adapters,
        strategy: { id: 'taskArithmetic', options: { lambda: 0.5 } },
        outputRank: 3,
        evaluateOn: [],
      };
      const planned = await planRun(system.em, context, input);
      await system.startWorker();
      const run = await services.fuse(system.em, input);
      const finished = await system.until(run as FusionRun);
      const output = await system.em.findOneOrFail(Adapter, { id: finished.output!.id });
      expect(planned).toMatchObject({
        measured: undefined,
        plan: { space: finished.space, run: { bytesWritten: output.sizeBytes, outputRank: output.rank } },
      });
      const again = await planRun(system.em, context, input);
      expect(again).toMatchObject({ measured: { runs: 1, seconds: expect.any(Number) as number } });
    } finally {
      await system.dispose();
    }
  });
});
