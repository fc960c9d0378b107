/** A file of the workspace, relative to it, with forward slashes. */
export interface ListedFile {
  readonly file: string;
  /** SHA-256 of the file as it lies. */
  readonly sha256: string;
}

export interface ListedTask extends ListedFile {
  readonly name: string;
  /** SHA-256 of the task after unpacking: `TaskFile.digest`. */
  readonly unpackedSha256: string;
}

export interface ListedHead extends ListedFile {
  readonly task: string;
}

export interface ListedFrame extends ListedFile {
  readonly name: string;
  /** `TangentFrameFile.digest`. */
  readonly digest: string;
}

export interface ListedAdapter extends ListedFile {
  readonly task: string;
  readonly method: string;
  readonly seed: number;
}

/** `workspace.json`: what the workspace holds, with the digest of every file. */
export interface DemoWorkspaceManifest {
  readonly version: 1;
  readonly name: string;
  readonly base: {
    readonly name: string;
    readonly folder: string;
    /** `digestModel` of the folder. */
    readonly digest: string;
    readonly files: readonly ListedFile[];
  };
  readonly tasks: readonly ListedTask[];
  readonly heads: readonly ListedHead[];
  readonly frames: readonly ListedFrame[];
  readonly adapters: readonly ListedAdapter[];
  /** Files for people: what was measured, and the licences. */
  readonly documents: readonly ListedFile[];
}
