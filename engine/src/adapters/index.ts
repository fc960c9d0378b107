export type * from './adapter.js';
export { digestModel, digestTensors } from './digest-model.js';
export { adapterErrors } from './errors.js';
export { adapterLimits } from './limits.js';
export { exportPeftFolder } from './export-peft-folder.js';
export { parsePeftConfig, type PeftConfig } from './peft-config.js';
export { readPeftFolder, type PeftAdapter } from './read-peft-folder.js';
export { openAdapter } from './open-adapter.js';
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
