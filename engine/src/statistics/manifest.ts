import { compareNames, parseStrictJson, readFields } from '../tensors/index.js';
import { SPLITS, type Split } from '../tasks/task.js';
import { statisticsErrors } from './errors.js';
import { statisticsLimits } from './limits.js';
import { STATISTICS_KINDS, type StatisticsKind, type StatisticsManifest } from './statistics.js';

const DIGEST = /^[0-9a-f]{64}$/;

/** Parses the JSON of a manifest strictly: unknown fields, duplicate keys and wrong types are errors, never guesses. */
export function parseStatisticsManifest(file: string, text: string): StatisticsManifest {
  const invalid = (rule: string) => statisticsErrors.manifestInvalid({ file, rule });
  const limit = statisticsLimits.manifestCharacters;
  if (text.length > limit) throw invalid(`it has ${text.length} characters, at most ${limit} are read`);
  const fields = readFields(parseStrictJson(`${file} (manifest)`, Buffer.from(text)), invalid);
  const version = fields.number('version');
  if (version !== 1) throw statisticsErrors.versionUnknown({ file, got: version });
  const oneOf = <T extends string>(name: string, known: readonly T[]): T => {
    const got = fields.string(name);
    const found = known.find((each) => each === got);
    if (found === undefined) throw invalid(`${name} must be one of ${known.join(', ')}, got ${JSON.stringify(got)}`);
    return found;
  };
  const digest = (name: string): string => {
    const got = fields.string(name);
    if (!DIGEST.test(got)) throw invalid(`${name} must be a SHA-256 in 64 hexadecimal digits`);
    return got;
  };
  const manifest: StatisticsManifest = {
    version: 1,
    kind: oneOf<StatisticsKind>('kind', STATISTICS_KINDS),
    baseDigest: digest('baseDigest'),
    adapterDigest: digest('adapterDigest'),
    task: fields.string('task', statisticsLimits.nameCharacters),
    split: oneOf<Split>('split', SPLITS),
    n: fields.integer('n', 1, statisticsLimits.examples),
    seed: fields.integer('seed', 0, 0x7fffffff),
  };
  fields.finish();
  return manifest;
}

/** The manifest's JSON with its keys sorted, so that equal manifests give equal bytes. Checked as it will be read. */
export function formatStatisticsManifest(file: string, manifest: StatisticsManifest): string {
  const entries = Object.entries(manifest).sort(([x], [y]) => compareNames(x, y));
  const text = JSON.stringify(Object.fromEntries(entries));
  parseStatisticsManifest(file, text);
  return text;
}
