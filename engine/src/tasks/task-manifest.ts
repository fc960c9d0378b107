import { compareNames, parseStrictJson, readFields } from '../tensors/index.js';
import { taskErrors } from './errors.js';
import { taskLimits } from './limits.js';
import type { TaskManifest } from './task.js';

const NAME = /^[a-z0-9]+(?:[-_][a-z0-9]+)*$/;

/** Parses the JSON of a task's manifest strictly. */
export function parseTaskManifest(file: string, text: string): TaskManifest {
  const invalid = (rule: string) => taskErrors.manifestInvalid({ file, rule });
  const fields = readFields(parseManifestJson(file, text), invalid);
  checkVersion(file, fields.number('version'));
  const manifest: TaskManifest = {
    version: 1,
    name: fields.string('name', taskLimits.nameCharacters),
    title: fields.string('title', taskLimits.nameCharacters),
    description: fields.string('description', taskLimits.textCharacters),
    metric: readMetric(fields.string('metric'), invalid),
    classes: fields.strings('classes', taskLimits.classes, taskLimits.nameCharacters),
    licence: fields.string('licence', taskLimits.textCharacters),
    source: fields.string('source', taskLimits.textCharacters),
  };
  fields.finish();
  checkTaskName(manifest.name, invalid);
  if (manifest.classes.length < 2) throw invalid(`a task has at least 2 classes, got ${manifest.classes.length}`);
  if (new Set(manifest.classes).size < manifest.classes.length) throw invalid('two classes have one name');
  return manifest;
}

/** The manifest's JSON with its keys sorted, checked as it will be read. */
export function formatTaskManifest(file: string, manifest: TaskManifest): string {
  const text = formatSorted(manifest);
  parseTaskManifest(file, text);
  return text;
}

export function formatSorted(object: object): string {
  return JSON.stringify(Object.fromEntries(Object.entries(object).sort(([x], [y]) => compareNames(x, y))));
}

export function parseManifestJson(file: string, text: string) {
  const limit = taskLimits.manifestCharacters;
  if (text.length > limit) {
    throw taskErrors.manifestInvalid({ file, rule: `it has ${text.length} characters, at most ${limit} are read` });
  }
  return parseStrictJson(`${file} (manifest)`, Buffer.from(text));
}

export function checkVersion(file: string, got: number): void {
  if (got !== 1) throw taskErrors.versionUnknown({ file, got });
}

export function checkTaskName(name: string, invalid: (rule: string) => Error): void {
  if (!NAME.test(name))
    throw invalid(`name must be lower-case letters and digits joined by "-" or "_", got ${JSON.stringify(name)}`);
}

function readMetric(metric: string, invalid: (rule: string) => Error): 'accuracy' {
  if (metric !== 'accuracy') throw invalid(`metric must be "accuracy", got ${JSON.stringify(metric)}`);
  return metric;
}
