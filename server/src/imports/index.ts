export { importErrors } from './errors.js';
export { fetchFromHub, type FetchRequest } from './fetch-from-hub.js';
export { resolveRevision, type HubRequest } from './hub-client.js';
export { hubSettings, isHubToken, isRepoName, isRevision, type HubSettings } from './hub-settings.js';
export { findInRoot, importRoot, resolveInRoot } from './import-root.js';
export { Inspector } from './inspector.js';
