import { homedir } from 'node:os';
import { join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Where a linked TensorFlow is remembered: outside of every node_modules, so that `npm ci` does not lose it, and one for all checkouts of a person.
 * `CRUCIBLE_TENSORFLOW` overrides; else the place of the XDG base directory specification.
 */
export function linkFolder(environment: Environment = process.env): string {
  const asked = environment['CRUCIBLE_TENSORFLOW'];
  if (asked !== undefined && asked !== '') return asked;
  const data = environment['XDG_DATA_HOME'] || join(homedir(), '.local', 'share');
  return join(data, 'crucible', 'tensorflow');
}
