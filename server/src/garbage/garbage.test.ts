import { readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Adapter, BaseModel, TangentFrame, Task, TaskHead } from '../entities/index.js';
import { TestSystem } from '../testing/test-system.js';
import { GarbageCollector } from './garbage-collector.js';

const HOUR = 3_600_000;

describe('the garbage collection', () => {
  let system: TestSystem;
  let collector: GarbageCollector;
  const problems: unknown[] = [];

  beforeAll(async () => {
    system = await TestSystem.start();
    const { orm, blobs } = system.platform;
    collector = new GarbageCollector({
      orm,
      blobs,
      home: system.database.home,
      report: (error) => problems.push(error),
      delayMs: 0,
    });
  });
  afterAll(() => system.dispose());

  /** Makes a blob look as if it had been written `hours` ago, wherever it lies now. */
  async function age(digest: string, hours: number): Promise<void> {
    const then = new Date(Date.now() - hours * HOUR);
    const places = [system.platform.blobs.path(digest), join(system.database.home, 'blobs', 'trash', digest)];
    await Promise.all(places.map((path) => utimes(path, then, then).catch(() => {})));
  }
  async function everything(): Promise<readonly string[]> {
    const found: string[] = [];
    for await (const digest of system.platform.blobs.list(new Date(Date.now() + HOUR))) found.push(digest);
    return found.sort();
  }
  const stray = async (text: string): Promise<string> => (await system.platform.blobs.put(Buffer.from(text))).digest;

  it('keeps whatever a row of whatever table names, however old', async () => {
    const em = system.em;
    const before = await everything();
    const named = [
      ...(await em.findAll(Adapter)).map(({ digest }) => digest),
      ...(await em.findAll(Task)).map(({ digest }) => digest),
      ...(await em.findAll(TaskHead)).map(({ digest }) => digest),
      ...(await em.findAll(TangentFrame)).map(({ blob }) => blob),
      ...(await em.findAll(BaseModel)).flatMap(({ files }) => Object.values(files)),
    ];
    expect(before).toEqual([...new Set(named)].sort());
    for (const digest of before) await age(digest, 1000);
    expect(await collector.collect()).toEqual({ discarded: [], removed: [] });
    expect(await everything()).toEqual(before);
  });

  it('removes what nothing names, when it is old: first aside, and later for good', async () => {
    const [old, young] = [await stray('old'), await stray('young')];
    await age(old, 2);
    expect(await collector.collect()).toEqual({ discarded: [old], removed: [] });
    expect(await collector.collect()).toEqual({ discarded: [], removed: [] });
    await age(old, 2);
    expect(await collector.collect()).toEqual({ discarded: [], removed: [old] });
    const { blobs } = system.platform;
    expect([await blobs.has(old), await blobs.has(young)]).toEqual([false, true]);
  });

  it('gives back what was put aside to who asks for it, or writes it again', async () => {
    const { blobs } = system.platform;
    const asks = [(digest: string) => blobs.locate(digest), () => blobs.put(Buffer.from('wanted'))];
    for (const ask of asks) {
      const digest = await stray('wanted');
      await age(digest, 2);
      expect((await collector.collect()).discarded).toEqual([digest]);
      await ask(digest);
      expect(await readFile(blobs.path(digest), 'utf8')).toBe('wanted');
      // As young as if it had just been written.
      expect((await collector.collect()).discarded).toEqual([]);
    }
  });

  it('takes back what was named while it lay aside', async () => {
    const digest = await stray('named late');
    await age(digest, 2);
    expect((await collector.collect()).discarded).toEqual([digest]);
    await age(digest, 2);
    const em = system.em;
    const adapter = (await em.findAll(Adapter))[0]!;
    const was = adapter.digest;
    await em.nativeUpdate(Adapter, { id: adapter.id }, { digest });
    expect((await collector.collect()).removed).toEqual([]);
    expect(await readFile(system.platform.blobs.path(digest), 'utf8')).toBe('named late');
    await em.nativeUpdate(Adapter, { id: adapter.id }, { digest: was });
  });

  it('touches nothing where another database has been used with the same files', async () => {
    const digest = await stray('of whom?');
    await age(digest, 2);
    const path = join(system.database.home, 'blobs', 'owners.json');
    const owners = await readFile(path, 'utf8');
    await writeFile(path, JSON.stringify([...(JSON.parse(owners) as string[]), 'another/1']));
    expect(await collector.collect()).toEqual({ discarded: [], removed: [] });
    await writeFile(path, owners);
    expect((await collector.collect()).discarded).toEqual([digest]);
  });

  it('runs once for many requests, and ends with them', async () => {
    const digest = await stray('soon');
    await age(digest, 2);
    for (let time = 0; time < 10; time += 1) collector.soon();
    await vi.waitFor(async () => expect(await everything()).not.toContain(digest), { timeout: 60_000 });
    collector.soon();
    await collector.dispose();
    expect(problems).toEqual([]);
  });
});
