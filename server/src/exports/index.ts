export {
  adapterPath,
  exportArchivePath,
  exportFilePath,
  exportFolderName,
  modelArchivePath,
  modelFilePath,
  modelFolderName,
} from './download-links.js';
export { downloadRoutes } from './download-routes.js';
export { exportErrors } from './errors.js';
export { describeExportedModel, formatModelCard } from './model-card.js';
