import { compareNames, isJsonObject, parseStrictJson, readFields, type StrictJson } from '../tensors/index.js';
import type { AdapterForm, AdapterManifest } from './adapter.js';
import { adapterErrors } from './errors.js';
import { adapterLimits } from './limits.js';
import { parseModuleLayout, type ModuleLayoutFields } from './module-layout.js';

const DIGEST = /^[0-9a-f]{64}$/;

/** Parses the JSON of a manifest strictly: unknown fields, duplicate keys and wrong types are errors, never guesses. */
export function parseManifest(file: string, text: string): AdapterManifest {
  const invalid = (rule: string) => adapterErrors.manifestInvalid({ file, rule });
  const fields = readFields(parseManifestJson(file, text), invalid);
  checkVersion(file, fields.number('version'));
  const manifest: AdapterManifest = {
    version: 1,
    name: fields.string('name', adapterLimits.nameCharacters),
    method: fields.string('method', adapterLimits.nameCharacters),
    rank: fields.integer('rank', 1, adapterLimits.rank),
    alpha: fields.number('alpha'),
    scale: fields.number('scale'),
    targetModules: fields.strings('targetModules', adapterLimits.targetModules, adapterLimits.nameCharacters),
    baseDigest: fields.string('baseDigest'),
    ...(fields.has('moduleScales') && { moduleScales: readNumbers(fields.map('moduleScales'), invalid) }),
    ...(fields.has('moduleLayouts') && { moduleLayouts: readLayouts(fields.map('moduleLayouts'), invalid) }),
    ...(fields.has('frameDigest') && { frameDigest: fields.string('frameDigest') }),
    ...(fields.has('form') && { form: readForm(fields.string('form'), invalid) }),
    ...(fields.has('provenance') && { provenance: readProvenance(fields.map('provenance'), invalid) }),
  };
  fields.finish();
  checkDigests(manifest, invalid);
  return manifest;
}

/** The manifest's JSON, with its keys in one order, so that equal manifests give equal bytes. Checked as it will be read. */
export function formatManifest(file: string, manifest: AdapterManifest): string {
  const text = JSON.stringify(sortKeys(manifest));
  parseManifest(file, text);
  return text;
}

export function parseManifestJson(file: string, text: string): StrictJson {
  const limit = adapterLimits.manifestCharacters;
  if (text.length > limit) {
    throw adapterErrors.manifestInvalid({ file, rule: `it has ${text.length} characters, at most ${limit} are read` });
  }
  return parseStrictJson(`${file} (manifest)`, Buffer.from(text));
}

export function checkVersion(file: string, got: number): void {
  if (got !== 1) throw adapterErrors.versionUnknown({ file, got });
}

/** Numbers by module name, in an object without prototype, so that no name means anything to JavaScript. */
export function readNumbers(
  map: ReadonlyMap<string, StrictJson>,
  invalid: (rule: string) => Error,
): Readonly<Record<string, number>> {
  const numbers = Object.create(null) as Record<string, number>;
  for (const [name, value] of map) {
    if (typeof value !== 'number') throw invalid(`the scale of ${JSON.stringify(name)} must be a number`);
    numbers[name] = value;
  }
  return numbers;
}

function readLayouts(
  map: ReadonlyMap<string, StrictJson>,
  invalid: (rule: string) => Error,
): Readonly<Record<string, ModuleLayoutFields>> {
  const layouts = Object.create(null) as Record<string, ModuleLayoutFields>;
  for (const [name, value] of map) layouts[name] = parseModuleLayout(name, value, invalid);
  return layouts;
}

/** Checks that a text is the hexadecimal of a SHA-256. */
export function checkDigest(name: string, value: string, invalid: (rule: string) => Error): void {
  if (!DIGEST.test(value)) throw invalid(`${name} must be a SHA-256 in 64 hexadecimal digits`);
}

function readForm(value: string, invalid: (rule: string) => Error): AdapterForm {
  if (value === 'WEIGHTS' || value === 'TANGENT') return value;
  throw invalid('form must be WEIGHTS or TANGENT');
}

function checkDigests(manifest: AdapterManifest, invalid: (rule: string) => Error): void {
  checkDigest('baseDigest', manifest.baseDigest, invalid);
  if (manifest.frameDigest !== undefined) checkDigest('frameDigest', manifest.frameDigest, invalid);
}

function readProvenance(
  map: ReadonlyMap<string, StrictJson>,
  invalid: (rule: string) => Error,
): Readonly<Record<string, string | number | boolean>> {
  if (map.size > adapterLimits.provenanceEntries) {
    throw invalid(`provenance has ${map.size} entries, at most ${adapterLimits.provenanceEntries} are allowed`);
  }
  const provenance = Object.create(null) as Record<string, string | number | boolean>;
  for (const [name, value] of map) {
    if (value === null || Array.isArray(value) || isJsonObject(value)) {
      throw invalid(`provenance.${name} must be a string, a number or a boolean`);
    }
    provenance[name] = value as string | number | boolean;
  }
  return provenance;
}

/** Copies objects with their keys sorted; arrays keep their order. */
export function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const sorted = Object.create(null) as Record<string, unknown>;
  const entries = Object.entries(value).sort(([x], [y]) => compareNames(x, y));
  for (const [key, entry] of entries) sorted[key] = sortKeys(entry);
  return sorted;
}
