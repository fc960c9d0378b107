export { ChangeHub, type Change, type ChangeKind } from './change-hub.js';
export { listenForChanges, listenForWork, notifyChange, wakeWorkers, type Listener } from './notify.js';
