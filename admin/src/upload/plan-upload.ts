/** A file as far as it matters how it is sent. */
export interface NamedFile {
  /** Its path in the folder that was chosen, or its name alone. */
  readonly name: string;
}

export type UploadPlan<File extends NamedFile> =
  | { readonly kind: 'body'; readonly file: File }
  | { readonly kind: 'files'; readonly files: readonly File[]; readonly leftOut: number }
  | { readonly kind: 'nothing' };

export const baseName = (path: string): string => path.split('/').at(-1) ?? path;

/** Files that an adapter consists of, as the server takes them; macOS packs a shadow beside each. */
const isWanted = (name: string): boolean =>
  !name.startsWith('._') &&
  (name === 'adapter_config.json' || name.endsWith('.safetensors') || name.endsWith('.safetensors.index.json'));

/** Weights that only code could read: sent nowhere but to be refused with the reason. */
const isPickle = (name: string): boolean => /\.(bin|pt|pth|ckpt|pkl|pickle)$/i.test(name);

/**
 * How files that were chosen are sent: one alone as a body (a safetensors file, an archive, or whatever it is: the server tells), several one by one without
 * those that belong to no adapter.
 */
export function planUpload<File extends NamedFile>(files: readonly File[]): UploadPlan<File> {
  const [only] = files;
  if (!only) return { kind: 'nothing' };
  if (files.length === 1) return { kind: 'body', file: only };
  const wanted = files.filter(({ name }) => isWanted(baseName(name)));
  const chosen = wanted.some(({ name }) => name.endsWith('.safetensors'))
    ? wanted
    : files.filter(({ name }) => isPickle(baseName(name))).slice(0, 1);
  return chosen.length === 0
    ? { kind: 'nothing' }
    : { kind: 'files', files: chosen, leftOut: files.length - chosen.length };
}
