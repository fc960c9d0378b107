import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestModel, openAdapter, openFrame } from '@crucible/engine/adapters';
import { selectBackend, type SelectedBackend } from '@crucible/engine/backend';
import { createScorer } from '@crucible/engine/evaluation';
import { loadVisionModel, type LowRankUpdate } from '@crucible/engine/models';
import { checkDisjoint, openTask, openTaskHead, unpackTask, type TaskFile } from '@crucible/engine/tasks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workspaceDirectory } from '../paths.js';
import { readDemoWorkspace, type DemoWorkspace } from './read-demo-workspace.js';

const MAX_BYTES = 15e6;
let workspace: DemoWorkspace;
let scratch = '';
const tasks = new Map<string, TaskFile>();

beforeAll(async () => {
  workspace = await readDemoWorkspace(workspaceDirectory);
  scratch = await mkdtemp(join(tmpdir(), 'crucible-demo-'));
  for (const entry of workspace.manifest.tasks) {
    const path = join(scratch, `${entry.name}.safetensors`);
    await unpackTask(workspace.path(entry), path);
    tasks.set(entry.name, await openTask(path));
  }
});
afterAll(async () => {
  for (const task of tasks.values()) await task.close();
  await rm(scratch, { recursive: true });
});

describe('the shipped workspace', () => {
  it('lists every file that is there, with its digest, and nothing else', async () => {
    const { base, tasks, heads, frames, adapters, documents } = workspace.manifest;
    const listed = [...base.files, ...tasks, ...heads, ...frames, ...adapters, ...documents];
    const found = await readdir(workspaceDirectory, { recursive: true, withFileTypes: true });
    expect(listed.map((entry) => workspace.path(entry)).sort()).toEqual(
      found
        .filter((entry) => entry.isFile() && entry.name !== 'workspace.json')
        .map((entry) => join(entry.parentPath, entry.name))
        .sort(),
    );
    for (const entry of listed) {
      const digest = createHash('sha256')
        .update(await readFile(workspace.path(entry)))
        .digest('hex');
      expect({ file: entry.file, sha256: digest }).toEqual({ file: entry.file, sha256: entry.sha256 });
    }
  });

  it('is small enough to live in the repository', async () => {
    const found = await readdir(workspaceDirectory, { recursive: true, withFileTypes: true });
    const sizes = await Promise.all(found.map((entry) => stat(join(entry.parentPath, entry.name))));
    expect(sizes.reduce((sum, entry) => sum + (entry.isFile() ? entry.size : 0), 0)).toBeLessThan(MAX_BYTES);
  });

  it('holds tasks whose splits share no image', async () => {
    for (const { name, unpackedSha256 } of workspace.manifest.tasks) {
      const task = tasks.get(name)!;
      expect(task.digest).toBe(unpackedSha256);
      expect(task.manifest.name).toBe(name);
      await checkDisjoint(task);
    }
  });

  it('has every font family and every group of families in one split, and one licence for all fonts', async () => {
    const text = await readFile(join(workspaceDirectory, 'LICENSES.md'), 'utf8');
    const rows = [
      ...text.matchAll(/^\| (.+?) \| (@fontsource\/\S+) \S+ \| (\S+) \| (train|validation|test|base) \|/gm),
    ];
    expect(rows.length).toBeGreaterThan(150);
    const splits = new Map<string, Set<string>>();
    for (const [, family, , group, split] of rows) {
      for (const key of [`family ${family}`, `group ${group}`])
        splits.set(key, (splits.get(key) ?? new Set()).add(split!));
    }
    expect([...splits].filter(([, of]) => of.size > 1)).toEqual([]);
    for (const split of ['train', 'validation', 'test', 'base'])
      expect(rows.some((row) => row[4] === split)).toBe(true);
  });

  it('has one base, and one frame that all its adapters are measured from', async () => {
    const { base, frames, adapters, heads } = workspace.manifest;
    expect(await digestModel(join(workspaceDirectory, base.folder))).toBe(base.digest);
    const frame = await openFrame(workspace.path(frames[0]!));
    await frame.close();
    expect(frame.digest).toBe(frames[0]!.digest);
    expect(frame.manifest.baseDigest).toBe(base.digest);
    expect(adapters).toHaveLength(2 * tasks.size);
    for (const entry of adapters) {
      const adapter = await openAdapter(workspace.path(entry));
      await adapter.close();
      expect(adapter.manifest).toMatchObject({
        method: entry.method,
        baseDigest: base.digest,
        frameDigest: frame.digest,
      });
      expect(adapter.manifest.provenance).toMatchObject({
        trainedOn: tasks.get(entry.task)!.digest,
        frameSeed: entry.seed,
      });
    }
    for (const entry of heads) expect((await openTaskHead(workspace.path(entry))).baseDigest).toBe(base.digest);
  });
});

describe('figures.json', () => {
  let backend: SelectedBackend;
  beforeAll(async () => {
    // The figures were measured on WASM; another backend may round an image over a class's border.
    backend = await selectBackend({ backend: 'wasm' });
  });
  afterAll(() => backend.dispose());

  it.each(['mnist', 'hangul'])(
    'says what base and specialists get right on the first test images of %s',
    async (name) => {
      const { check, baseDigest } = await workspace.readFigures();
      expect(baseDigest).toBe(workspace.manifest.base.digest);
      const expected = check.tasks.find(({ task }) => task === name)!;
      const all = await tasks.get(name)!.readSplit('test');
      const count = check.images;
      const examples = {
        ...all,
        count,
        pixels: all.pixels.subarray(0, count * 28 * 28),
        labels: all.labels.subarray(0, count),
      };
      const head = await openTaskHead(workspace.path(workspace.manifest.heads.find(({ task }) => task === name)!));
      const scorer = createScorer({ tf: backend.tf, model: await loadVisionModel(join(workspaceDirectory, 'base')) });
      try {
        const score = { examples, head, split: 'test' as const };
        expect((await scorer.evaluate(score)).correct).toBe(expected.base);
        for (const method of ['LORA', 'L_LORA'] as const) {
          const entry = workspace.manifest.adapters.find(
            (adapter) => adapter.task === name && adapter.method === method,
          )!;
          const adapter = await openAdapter(workspace.path(entry));
          const updates = new Map<string, LowRankUpdate>();
          for (const [module, { rank, scale }] of adapter.modules) {
            updates.set(module, { ...(await adapter.readFactors(module)), rank, scale });
          }
          await adapter.close();
          const specialist = scorer.withUpdates(updates);
          expect((await specialist.evaluate(score)).correct).toBe(expected[method]);
          specialist.dispose();
        }
      } finally {
        scorer.dispose();
      }
    },
  );
});
