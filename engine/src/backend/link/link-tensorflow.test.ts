import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildAddon } from './build-addon.js';
import { fetchSources } from './fetch-sources.js';
import { findInFolder, findInPython } from './find-tensorflow.js';
import { linkFolder } from './link-folder.js';
import { readLinkRecord } from './link-record.js';
import { linkTensorFlow, unlinkTensorFlow } from './link-tensorflow.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crucible-link-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
afterEach(() => vi.unstubAllEnvs());

/** A Python that answers this. */
async function interpreter(name: string, answer: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\n${answer}\n`);
  await chmod(path, 0o755);
  return path;
}

const LIBRARIES =
  process.platform === 'darwin'
    ? ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib']
    : ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];

async function installation(name: string, files: readonly string[]): Promise<string> {
  const path = join(folder, name);
  for (const file of files) {
    await mkdir(join(path, file, '..'), { recursive: true });
    await writeFile(join(path, file), '');
  }
  return path;
}

describe('what is missing is named', () => {
  it('a Python that is not there, or fails', async () => {
    await expect(findInPython(join(folder, 'none'))).rejects.toMatchObject({
      code: 'LINK_PYTHON_MISSING',
      message: expect.stringContaining('there is no such program'),
    });
    const broken = await interpreter('broken', 'echo "no module named json" >&2; exit 1');
    await expect(findInPython(broken)).rejects.toMatchObject({
      code: 'LINK_PYTHON_MISSING',
      message: expect.stringContaining('no module named json'),
    });
  });

  it('TensorFlow in that Python, and one of today', async () => {
    const none = await interpreter('bare', `echo '{"folder": null, "version": null}'`);
    await expect(linkTensorFlow({ python: none, folder: join(folder, 'linked') })).rejects.toMatchObject({
      code: 'LINK_TENSORFLOW_MISSING',
    });
    const old = await interpreter('old', `echo '{"folder": "/x", "version": "2.15.1"}'`);
    await expect(findInPython(old)).rejects.toMatchObject({
      code: 'LINK_TENSORFLOW_TOO_OLD',
      details: { got: '2.15.1', least: '2.16' },
    });
  });

  it('libraries and headers', async () => {
    await expect(findInFolder(folder)).rejects.toMatchObject({ code: 'LINK_LIBRARY_MISSING' });
    const bare = await installation('no-headers', LIBRARIES);
    await expect(findInFolder(bare)).rejects.toMatchObject({ code: 'LINK_HEADERS_MISSING' });
  });

  it('the compiler', async () => {
    vi.stubEnv('CXX', join(folder, 'no-compiler'));
    const found = { version: null, libraries: folder, files: LIBRARIES, include: folder };
    await expect(buildAddon({ installation: found, sources: folder, headers: folder, folder })).rejects.toMatchObject({
      code: 'LINK_COMPILER_MISSING',
    });
  });

  it('what the compiler says', async () => {
    vi.stubEnv('CXX', await interpreter('cxx', 'echo "napi.h:1: fatal error: no such file" >&2; exit 1'));
    const found = { version: null, libraries: folder, files: LIBRARIES, include: folder };
    await expect(buildAddon({ installation: found, sources: folder, headers: folder, folder })).rejects.toMatchObject({
      code: 'LINK_COMPILATION_FAILED',
      message: expect.stringContaining('napi.h:1'),
    });
  });

  it('npm, when it has no sources', async () => {
    const path = await installation('bin', ['npm']);
    await writeFile(join(path, 'npm'), '#!/bin/sh\necho "npm error network unreachable" >&2; exit 1\n');
    await chmod(join(path, 'npm'), 0o755);
    vi.stubEnv('PATH', `${path}:${process.env['PATH']}`);
    await expect(fetchSources(folder)).rejects.toMatchObject({
      code: 'LINK_SOURCES_MISSING',
      message: expect.stringContaining('network unreachable'),
    });
  });
});

describe('an installation', () => {
  it('is found in a package of Python, and in an archive with lib and include', async () => {
    const header = 'include/tensorflow/c/c_api.h';
    const wheel = await installation('wheel', [...LIBRARIES, header]);
    const python = await interpreter('python', `echo '{"folder": "${wheel}", "version": "2.21.0"}'`);
    expect(await findInPython(python)).toEqual({
      version: '2.21.0',
      libraries: wheel,
      files: LIBRARIES,
      include: join(wheel, 'include'),
    });
    const plain = LIBRARIES.map((name) => `lib/${name.replace('_cc', '')}`);
    const archive = await installation('archive', [...plain, header]);
    expect(await findInFolder(archive)).toMatchObject({ version: null, libraries: join(archive, 'lib') });
  });
});

describe('a link that fails', () => {
  it('leaves nothing behind, and what was linked before', async () => {
    const place = join(await mkdtemp(join(folder, 'place-')), 'tensorflow');
    const record = { version: 1, tensorflow: '2.20.0', libraries: '/gone', addon: '4.22.0', gpu: false };
    await mkdir(place);
    await writeFile(join(place, 'link.json'), JSON.stringify(record));
    const header = 'include/tensorflow/c/c_api.h';
    const lib = await installation('whole', [...LIBRARIES, header]);
    vi.stubEnv('PATH', folder);
    await expect(linkTensorFlow({ lib, folder: place })).rejects.toMatchObject({ code: 'LINK_SOURCES_MISSING' });
    expect(await readdir(join(place, '..'))).toEqual(['tensorflow']);
    expect(await readLinkRecord(place)).toEqual(record);
    expect(await unlinkTensorFlow(place)).toBe(true);
    expect(await unlinkTensorFlow(place)).toBe(false);
    expect(await readLinkRecord(place)).toBeUndefined();
  });
});

it('is remembered outside of node_modules', () => {
  expect(linkFolder({ CRUCIBLE_TENSORFLOW: '/a' })).toBe('/a');
  expect(linkFolder({ XDG_DATA_HOME: '/data' })).toBe(join('/data', 'crucible', 'tensorflow'));
  expect(linkFolder({})).not.toContain('node_modules');
});
