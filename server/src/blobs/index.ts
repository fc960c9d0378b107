export { BlobStore, hashFile, type StoredBlob } from './blob-store.js';
export { blobErrors } from './errors.js';
