export { BACKEND_ORDER, isBackendName, type BackendName } from './backend-name.js';
export { backendFailure, needsNewBackend } from './backend-failure.js';
export { backendErrors } from './errors.js';
export {
  selectBackend,
  type ConsideredBackend,
  type SelectBackendOptions,
  type SelectedBackend,
} from './select-backend.js';
export { linkErrors } from './link/errors.js';
export { linkFolder } from './link/link-folder.js';
export { readLinkRecord, type LinkRecord } from './link/link-record.js';
export {
  linkTensorFlow,
  unlinkTensorFlow,
  type LinkedTensorFlow,
  type LinkTensorFlowOptions,
} from './link/link-tensorflow.js';
export type { LinkProbe } from './link/probe.js';
export { chooseBackend } from './choice/choose-backend.js';
export { choiceFile, forgetChoice, keepChoice, readChoice, type MeasuredChoice } from './choice/measured-choice.js';
