export { prepareFusion, type PreparedSet, type PrepareOptions } from './prepare-fusion.js';
export { previewErrors } from './preview-errors.js';
export { previewLimits } from './preview-limits.js';
export type { AdapterPreview, FusionPreview, MaterializeRequest, ModulePreview, PreviewRequest } from './preview.js';
