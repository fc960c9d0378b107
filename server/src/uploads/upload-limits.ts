/** Caps on what an upload may ask of us. */
export interface UploadLimits {
  /** Bytes of one body, and of all files of an upload together. */
  readonly bytes: number;
  /** Entries of an archive, directories among them; files of a folder that is sent one by one. */
  readonly entries: number;
  /** An archive may unpack to so many times its own size: trained weights hardly compress. */
  readonly expansionRatio: number;
  /** Below so many unpacked bytes the ratio is not looked at: an adapter whose B is still zero compresses well. */
  readonly expansionFreeBytes: number;
  /** Entries of a folder and of those inside of it that are looked at to find the adapter in it. */
  readonly walkedEntries: number;
  /** Folders inside folders. */
  readonly depth: number;
  /** Characters of one entry's path. */
  readonly pathCharacters: number;
  /** Bytes of a JSON file: adapter_config.json, or an index of shards. */
  readonly jsonBytes: number;
  /** Uploads that may be open or complete at once. */
  readonly openUploads: number;
  /** Bodies that are received at once. */
  readonly concurrent: number;
  /** Seconds until an upload expires, counted anew when it is complete. */
  readonly lifetimeSeconds: number;
  /** Seconds without a byte after which a body is given up. */
  readonly idleSeconds: number;
}

/** The caps that hold unless the environment names another size. */
export const uploadLimits: UploadLimits = {
  bytes: 16 * 2 ** 30,
  entries: 1000,
  expansionRatio: 100,
  expansionFreeBytes: 64 * 2 ** 20,
  walkedEntries: 10_000,
  depth: 8,
  pathCharacters: 512,
  jsonBytes: 16 * 2 ** 20,
  openUploads: 256,
  concurrent: 16,
  lifetimeSeconds: 3600,
  idleSeconds: 60,
};

/** Reads the operator's cap on the size of an upload. */
export function readUploadLimits(env: NodeJS.ProcessEnv = process.env): UploadLimits {
  const bytes = Number(env['CRUCIBLE_UPLOAD_BYTES'] ?? '');
  return Number.isSafeInteger(bytes) && bytes > 0 ? { ...uploadLimits, bytes } : uploadLimits;
}
