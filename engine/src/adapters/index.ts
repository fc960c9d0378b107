export type * from './adapter.js';
export { digestModel, digestTensors } from './digest-model.js';
export { adapterErrors } from './errors.js';
export { adapterLimits } from './limits.js';
export { exportPeftFolder } from './export/export-peft-folder.js';
export type * from './export/peft-export.js';
export { digestBaseName } from './import/digest-base.js';
export { importAdapter, type ImportAdapterOptions, type ImportedAdapter } from './import/import-adapter.js';
export {
  inspectAdapter,
  type AdapterBase,
  type DoraChoice,
  type InspectAdapterOptions,
} from './import/inspect-adapter.js';
export type * from './import/inspection.js';
export { openPeftDelta, type PeftDelta, type PeftDeltaParameter } from './import/open-peft-delta.js';
export { layoutFields, sameLayout, storedParameter, toStoredOrder, type ModuleLayoutFields } from './module-layout.js';
export { measureAdapter } from './measure-adapter.js';
export { readPeftFolder, type PeftAdapter, type ReadPeftFolderOptions } from './read-peft-folder.js';
export { openAdapter, type OpenAdapterOptions } from './open-adapter.js';
export {
  digestFrame,
  openFrame,
  writeFrame,
  type FrameManifest,
  type FrameModule,
  type FrameModuleInfo,
  type TangentFrameFile,
  type WrittenFrame,
} from './tangent-frame.js';
export {
  writeAdapter,
  type AdapterModuleToWrite,
  type WriteAdapterOptions,
  type WrittenAdapter,
} from './write-adapter.js';
