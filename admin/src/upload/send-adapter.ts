import { ApiError } from '../graphql/api-error';
import { expectType } from '../graphql/expect-type';
import { request } from '../graphql/request';
import { completeUpload, createUpload } from './documents';
import type { ChosenFile } from './dropped-files';
import { baseName, planUpload } from './plan-upload';
import { putFile } from './put-file';

export interface SentAdapter {
  readonly upload: { readonly id: string; readonly token: string };
  readonly leftOut: number;
}

interface SendOptions {
  /** What is being sent, how much of everything has gone, and how much there is. */
  readonly onProgress: (progress: { readonly name: string; readonly done: number; readonly total: number }) => void;
  readonly signal: AbortSignal;
}

/**
 * Sends the files of one adapter; what it gives names them to `inspectAdapter` and `importAdapter`, as long as an upload lives.
 *
 * @throws ApiError NO_ADAPTER_FILES where none belongs to an adapter; whatever the server says against one of them
 */
export async function sendAdapter(files: readonly ChosenFile[], options: SendOptions): Promise<SentAdapter> {
  const { onProgress, signal } = options;
  const plan = planUpload(files);
  if (plan.kind === 'nothing') throw new ApiError('NO_ADAPTER_FILES', '');
  const chosen = plan.kind === 'body' ? [plan.file] : plan.files;
  const total = chosen.reduce((sum, { file }) => sum + file.size, 0);
  const input = plan.kind === 'body' ? { byteLength: String(total) } : {};
  const { createAdapterUpload } = await request(createUpload, { input }, signal);
  const { id, token, url, filesUrl } = expectType(createAdapterUpload, 'AdapterUpload');
  const upload = { id, token: token ?? '' };
  let before = 0;
  for (const { name, file } of chosen) {
    const short = baseName(name);
    onProgress({ name: short, done: before, total });
    await putFile({
      url: plan.kind === 'body' ? url : filesUrl + encodeURIComponent(short),
      token: upload.token,
      file,
      onProgress: (bytes) => onProgress({ name: short, done: before + bytes, total }),
      signal,
    });
    before += file.size;
  }
  if (plan.kind === 'files') {
    expectType((await request(completeUpload, { input: upload }, signal)).completeAdapterUpload, 'AdapterUpload');
  }
  return { upload, leftOut: plan.kind === 'files' ? plan.leftOut : 0 };
}
