import { LiveConnection } from './connection';

/** The connection of this page, to the server that it came from. */
export const live = new LiveConnection({ url: `${window.location.origin.replace(/^http/, 'ws')}/graphql` });
