import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDemoWorkspace } from './read-demo-workspace.js';

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'crucible-workspace-'));
});
afterAll(() => rm(directory, { recursive: true }));

const sha256 = 'a'.repeat(64);
const valid = {
  version: 1,
  name: 'toy',
  base: { name: 'toy', folder: 'base', digest: sha256, files: [] },
  tasks: [{ name: 'digits', file: 'tasks/digits.br', sha256, unpackedSha256: sha256 }],
  heads: [],
  frames: [],
  adapters: [],
  documents: [],
};

describe('readDemoWorkspace', () => {
  it('names files by absolute paths inside the folder', async () => {
    await writeFile(join(directory, 'workspace.json'), JSON.stringify(valid));
    const workspace = await readDemoWorkspace(directory);
    expect(workspace.path(workspace.manifest.tasks[0]!)).toBe(join(workspace.directory, 'tasks', 'digits.br'));
    expect(() => workspace.path({ file: '../secret', sha256 })).toThrow(/outside of the folder/);
  });

  it.each([
    ['text', 'not JSON', /not JSON/],
    ['a list', [], /root must be an object/],
    ['another version', { ...valid, version: 2 }, /version must be 1, got 2/],
    ['no base', { ...valid, base: undefined }, /base must name a folder/],
    ['no tasks', { ...valid, tasks: undefined }, /tasks must be a list/],
    [
      'a file without digest',
      { ...valid, heads: [{ task: 'x', file: 'y' }] },
      /heads\[0\] must have a file and its sha256/,
    ],
  ])('refuses %s', async (_name, content, message) => {
    await writeFile(join(directory, 'workspace.json'), typeof content === 'string' ? content : JSON.stringify(content));
    await expect(readDemoWorkspace(directory)).rejects.toThrow(message);
  });

  it('says where a workspace is missing', async () => {
    await expect(readDemoWorkspace(join(directory, 'nowhere'))).rejects.toMatchObject({
      code: 'DEMO_WORKSPACE_MISSING',
    });
  });
});
