import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fuse } from './harness/fusion.js';
import { waitUntil } from './harness/processes.js';
import { RunningSystem } from './harness/running-system.js';

/** Adapters that PEFT 0.21.0 saved, over a tiny Llama that is not here. */
const golden = fileURLToPath(new URL('../../server/golden/peft/', import.meta.url));
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

interface Upload {
  readonly id: string;
  readonly url: string;
  readonly filesUrl: string;
  readonly token: string;
}

describe('adapters of other programs', () => {
  let system: RunningSystem;

  beforeAll(async () => {
    system = await RunningSystem.start();
  });
  afterAll(async () => {
    await system.dispose();
    await rm(system.home, { recursive: true, force: true });
  });

  const createUpload = async (): Promise<Upload> =>
    (
      await system.client.data<{ createAdapterUpload: Upload }>(
        'mutation { createAdapterUpload(input: {}) { ... on AdapterUpload { id url filesUrl token } } }',
      )
    ).createAdapterUpload;

  async function put(path: string, token: string, body: Uint8Array): Promise<{ readonly state: string }> {
    const response = await fetch(system.url + path, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}` },
      body: Buffer.from(body),
    });
    expect([path, response.status]).toEqual([path, 201]);
    return (await response.json()) as { readonly state: string };
  }

  /** Imports what was uploaded, and gives the adapter. */
  async function take({ id, token }: Upload, name: string): Promise<{ id: string; digest: string; rank: number }> {
    const { importAdapter } = await system.client.data<{ importAdapter: { id?: string; message?: string } }>(
      `mutation ($input: ImportAdapterInput!) { importAdapter(input: $input) { ... on ImportRun { id } ... on Problem { message } } }`,
      { input: { name, source: { upload: { id, token } } } },
    );
    return await finish<{ id: string; digest: string; rank: number }>(
      importAdapter.id ?? importAdapter.message!,
      '... on ImportRun { output { id digest rank } }',
      'output',
    );
  }

  async function finish<Result>(id: string, selection: string, field: string): Promise<Result> {
    const job = await waitUntil('the job to end', async () => {
      const { node } = await system.client.data<{ node: Record<string, unknown> }>(
        `query ($id: ID!) { node(id: $id) { ... on Job { state problem { code message } } ${selection} } }`,
        { id },
      );
      return ['SUCCEEDED', 'FAILED', 'CANCELLED'].includes(String(node['state'])) ? node : undefined;
    });
    expect(job).toMatchObject({ state: 'SUCCEEDED', problem: null });
    return job[field] as Result;
  }

  const files = (): readonly string[] => {
    const root = join(system.home, 'uploads');
    try {
      return readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) =>
        statSync(join(root, name)).isFile(),
      );
    } catch {
      return [];
    }
  };

  it('come in over HTTP, are fused, and go out again: in ranges, as a PEFT folder, byte for byte as digested', async () => {
    const packed = await createUpload();
    const archive = execFileSync('tar', ['-czf', '-', '-C', golden, 'eq-a']);
    expect(await put(packed.url, packed.token, archive)).toMatchObject({ state: 'COMPLETE' });
    const loose = await createUpload();
    for (const name of ['adapter_config.json', 'adapter_model.safetensors']) {
      await put(loose.filesUrl + name, loose.token, readFileSync(join(golden, 'eq-b', name)));
    }
    const { completeAdapterUpload } = await system.client.data<{ completeAdapterUpload: object }>(
      'mutation ($input: UploadTokenInput!) { completeAdapterUpload(input: $input) { ... on AdapterUpload { state files { name } } } }',
      { input: { id: loose.id, token: loose.token } },
    );
    expect(completeAdapterUpload).toEqual({
      state: 'COMPLETE',
      files: [{ name: 'adapter_config.json' }, { name: 'adapter_model.safetensors' }],
    });

    const adapters = [await take(packed, 'from an archive'), await take(loose, 'from files')];
    expect(adapters.map(({ rank }) => rank)).toEqual([4, 4]);
    const run = await fuse(system.client, {
      adapters: adapters.map(({ id }) => ({ id, weight: 0.5 })),
      strategy: { taskArithmetic: {} },
      evaluateOn: [],
    });
    expect(run).toMatchObject({ state: 'SUCCEEDED', problem: null, fidelity: { exact: true } });

    const { adapters: list } = await system.client.data<{
      adapters: {
        nodes: { id: string; digest: string; downloads: { safetensors: { url: string; sizeBytes: number } } }[];
      };
    }>(
      `query ($digest: String!) { adapters(filter: { digest: $digest }) { nodes { id digest downloads { safetensors { url sizeBytes } } } } }`,
      {
        digest: run.output!.digest,
      },
    );
    const [fused] = list.nodes;
    const { url, sizeBytes } = fused!.downloads.safetensors;
    const parts: Uint8Array[] = [];
    for (let at = 0; at < sizeBytes; at += 1024) {
      const response = await fetch(system.url + url, {
        headers: { range: `bytes=${at}-${at + 1023}`, 'if-range': `"${run.output!.digest}"` },
      });
      expect(response.status).toBe(206);
      parts.push(new Uint8Array(await response.arrayBuffer()));
    }
    expect(sha256(Buffer.concat(parts))).toBe(run.output!.digest);

    const { exportAdapter } = await system.client.data<{ exportAdapter: { id: string } }>(
      'mutation ($input: ExportAdapterInput!) { exportAdapter(input: $input) { ... on ExportRun { id } } }',
      { input: { adapter: fused!.id, format: 'PEFT', maxRank: 4 } },
    );
    const selection =
      '... on ExportRun { files { name url sha256 } archive { url } loss { relativeError outputRank } }';
    const written = await finish<readonly { name: string; url: string; sha256: string }[]>(
      exportAdapter.id,
      selection,
      'files',
    );
    expect(written.map(({ name }) => name)).toEqual(['README.md', 'adapter_config.json', 'adapter_model.safetensors']);
    for (const file of written) {
      const response = await fetch(system.url + file.url);
      expect([file.name, sha256(new Uint8Array(await response.arrayBuffer()))]).toEqual([file.name, file.sha256]);
    }
    const { url: tar } = await finish<{ url: string }>(exportAdapter.id, selection, 'archive');
    const packedAgain = Buffer.from(await (await fetch(system.url + tar)).arrayBuffer());
    const names = execFileSync('tar', ['-tf', '-'], { input: packedAgain, encoding: 'utf8' }).trim().split('\n');
    expect(names.map((name) => name.split('/').at(-1))).toEqual(written.map(({ name }) => name));

    // What was exported comes in again as it is.
    const again = await createUpload();
    await put(again.url, again.token, packedAgain);
    expect((await take(again, 'once more')).rank).toBe(4);
  });

  it('of which half arrived when the power went leave nothing', async () => {
    const { url, token } = await createUpload();
    const before = files().length;
    const request = httpRequest(system.url + url, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-length': 1_000_000 },
    });
    request.on('error', () => {});
    request.write(Buffer.alloc(400_000));
    await waitUntil('half of it to arrive', () => (files().length > before ? true : undefined));
    await system.cutPower();
    expect(files().length).toBeGreaterThan(before);
    const { home } = system;
    system = await RunningSystem.start({ home });
    expect(files()).toEqual([]);
  });
});
