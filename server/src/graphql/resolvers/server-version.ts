import { readFileSync } from 'node:fs';

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** Of package.json, which lies three folders above both `src/graphql/resolvers` and `dist/graphql/resolvers`. */
export const SERVER_VERSION: string = version;
