export { uploadErrors } from './errors.js';
export { findAdapterFiles } from './find-adapter-files.js';
export { startSweeping } from './sweep-uploads.js';
export { uploadFolder } from './upload-folder.js';
export { readUploadLimits, uploadLimits, type UploadLimits } from './upload-limits.js';
export { UploadStore, type CreatedUpload, type UploadDeclaration } from './upload-store.js';
