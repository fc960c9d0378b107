import { createContext } from 'react';

/** Names of the chosen adapters, in their order: what positions in options stand for. */
export const MemberNames = createContext<readonly string[]>([]);
