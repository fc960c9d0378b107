import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readGoldenPeft } from '../testing/peft-folder.js';
import { uploadLimits } from '../uploads/index.js';
import { fetchFromHub } from './fetch-from-hub.js';
import { hubSettings, isHubToken, isRepoName, isRevision } from './hub-settings.js';
import { startHub, type HubServer } from './testing/hub-server.js';

const COMMIT = 'c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00';
const peft = readGoldenPeft('eq-a');

describe('what is fetched from a hub', () => {
  let hub: HubServer;
  let folder: string;

  beforeAll(async () => {
    hub = await startHub({
      'team/one': { commit: COMMIT, files: peft },
      'team/nested': { commit: COMMIT, files: readGoldenPeft('eq-a', 'checkpoint-100/') },
      'team/unsafe': { commit: COMMIT, files: [...peft, { name: '../x.safetensors', bytes: Buffer.from('x') }] },
      'team/deceptive': { commit: COMMIT, files: readGoldenPeft('eq-a', '../../') },
      'team/longer': { commit: COMMIT, files: peft, corrupt: { 'adapter_config.json': Buffer.alloc(100_000) } },
    });
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'crucible-hub-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  afterAll(() => hub.dispose());

  const fetchOne = (repo: string, limits = uploadLimits, signal?: AbortSignal): Promise<unknown> =>
    fetchFromHub({ hubUrl: hub.url, token: undefined, repo, commit: COMMIT, folder, limits, signal });

  it.each(['team/one', 'team/nested'])('is the adapter, byte for byte: %s', async (repo) => {
    await fetchOne(repo);
    const prefix = repo === 'team/one' ? '' : 'checkpoint-100/';
    for (const { name, bytes } of readGoldenPeft('eq-a', prefix))
      expect(await readFile(join(folder, name))).toEqual(bytes);
  });

  it.each<[string, string, object, string]>([
    ['has too many entries', 'team/one', { entries: 1 }, 'HUB_TOO_LARGE'],
    ['is too large', 'team/one', { bytes: 2000 }, 'HUB_TOO_LARGE'],
    ['has too large a configuration', 'team/one', { jsonBytes: 100 }, 'HUB_FILE_DAMAGED'],
    ['sends more than it listed', 'team/longer', {}, 'HUB_FILE_DAMAGED'],
    ['leads out of the folder', 'team/deceptive', {}, 'UPLOAD_ENTRY_UNSAFE'],
  ])('is nothing of a repository that %s', async (_, repo, change, code) => {
    await expect(fetchOne(repo, { ...uploadLimits, ...change })).rejects.toMatchObject({ code });
    expect((await readdir(folder)).filter((name) => name.endsWith('.safetensors'))).toEqual([]);
  });

  it('stops when it is told to', async () => {
    await expect(fetchOne('team/one', uploadLimits, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});

describe('names of a hub', () => {
  it.each<[(text: string) => boolean, string, boolean]>([
    [isRepoName, 'owner/name', true],
    [isRepoName, 'gpt2', true],
    [isRepoName, 'owner/na.me_1-x', true],
    [isRepoName, 'owner/../etc', false],
    [isRepoName, 'a/b/c', false],
    [isRepoName, 'https://x/y', false],
    [isRepoName, `${'a'.repeat(97)}/b`, false],
    [isRevision, 'main', true],
    [isRevision, 'refs/pr/1', true],
    [isRevision, COMMIT, true],
    [isRevision, '../main', false],
    [isRevision, 'a?b', false],
    [isHubToken, 'hf_abcDEF123', true],
    [isHubToken, 'hf_abc\nx-header: y', false],
    [isHubToken, 'secret', false],
  ])('%o of %j is %s', (is, text, expected) => {
    expect(is(text)).toBe(expected);
  });

  it('come from the environment, and are an address', () => {
    expect(hubSettings({})).toEqual({ hubUrl: 'https://huggingface.co', token: undefined });
    expect(hubSettings({ HF_ENDPOINT: 'http://hub.local:8080/', HF_TOKEN: ' hf_x ' })).toEqual({
      hubUrl: 'http://hub.local:8080',
      token: 'hf_x',
    });
    expect(() => hubSettings({ HF_ENDPOINT: 'ftp://x' })).toThrow(
      expect.objectContaining({ code: 'HUB_ENDPOINT_INVALID' }),
    );
  });
});
