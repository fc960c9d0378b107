import { readFileSync } from 'node:fs';

/** Version of this SDK: what the `sdk` range of a plugin's manifest is checked against. */
export const SDK_VERSION: string = versionOf(new URL('../package.json', import.meta.url));

function versionOf(url: URL): string {
  const { version } = JSON.parse(readFileSync(url, 'utf8')) as { version: string };
  return version;
}
