export { ChangeHub, type Change, type ChangeKind } from './change-hub.js';
