import { importErrors } from './errors.js';

export interface HubSettings {
  /** Address of the hub, without a slash at its end. */
  readonly hubUrl: string;
  /** A secret: never logged, stored, or put into an error. */
  readonly token: string | undefined;
}

/** The operator's hub and token: `HF_ENDPOINT` and `HF_TOKEN`, as Hugging Face's own tools call them. */
export function hubSettings(env: NodeJS.ProcessEnv = process.env): HubSettings {
  const got = env['HF_ENDPOINT']?.trim() || 'https://huggingface.co';
  const url = URL.canParse(got) ? new URL(got) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') throw importErrors.hubEndpointInvalid({ got });
  return { hubUrl: url.href.replace(/\/+$/, ''), token: env['HF_TOKEN']?.trim() || undefined };
}

/** `owner/name`, or the name alone of a repository without owner. */
export const isRepoName = (repo: string): boolean =>
  /^(?:[A-Za-z0-9][A-Za-z0-9._-]{0,95}\/)?[A-Za-z0-9][A-Za-z0-9._-]{0,95}$/.test(repo) && !/\.\.|--|\.git$/.test(repo);

/** A branch, a tag or a commit. */
export const isRevision = (revision: string): boolean =>
  /^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$/.test(revision) && !revision.includes('..');

/** What the hub gives out as tokens. */
export const isHubToken = (token: string): boolean => /^hf_[A-Za-z0-9]{1,200}$/.test(token);
