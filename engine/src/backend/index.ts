export { BACKEND_ORDER, isBackendName, type BackendName } from './backend-name.js';
export { backendErrors } from './errors.js';
export {
  selectBackend,
  type ConsideredBackend,
  type SelectBackendOptions,
  type SelectedBackend,
} from './select-backend.js';
