import { isMetricName, METRIC_READS, type MetricName } from '../../metrics/index.js';
import { readFields, type FieldReader, type StrictJson } from '../../tensors/index.js';
import { taskErrors } from '../errors.js';
import { taskLimits } from '../limits.js';
import { checkTaskName, checkVersion, formatSorted, parseManifestJson } from '../task-manifest.js';
import { textLimits } from './limits.js';
import { checkPrompt } from './prompt.js';
import { ANSWER_FORMS, type AnswerForm, type Prompt, type TextTaskManifest } from './text-task.js';

const FIELD = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;
const MOST_DECIMALS = 10;

/** Parses the JSON of a text task's manifest strictly. */
export function parseTextManifest(file: string, text: string): TextTaskManifest {
  const invalid = (rule: string) => taskErrors.manifestInvalid({ file, rule });
  const json = parseManifestJson(file, text);
  const fields = readFields(json, invalid);
  checkVersion(file, fields.number('version'));
  if (fields.string('kind') !== 'TEXT_TASK') throw invalid('its kind must be TEXT_TASK');
  const manifest: TextTaskManifest = {
    version: 1,
    kind: 'TEXT_TASK',
    name: fields.string('name', taskLimits.nameCharacters),
    title: fields.string('title', taskLimits.nameCharacters),
    description: fields.string('description', taskLimits.textCharacters),
    metric: readMetric(fields.string('metric'), invalid),
    answer: readForm(fields.string('answer'), invalid),
    fields: fields.strings('fields', textLimits.fields, 64),
    classes: fields.strings('classes', taskLimits.classes, taskLimits.nameCharacters),
    prompts: readPrompts(fields, invalid),
    licence: fields.string('licence', taskLimits.textCharacters),
    source: fields.string('source', taskLimits.textCharacters),
  };
  fields.finish();
  checkTextManifest(manifest, invalid);
  return manifest;
}

/** The manifest's JSON with its keys sorted, checked as it will be read. */
export function formatTextManifest(file: string, manifest: TextTaskManifest): string {
  const prompts = Object.fromEntries(
    manifest.prompts.map(({ name, input, labelWords, decimals }) => [
      name,
      { input, labelWords, ...(decimals !== undefined && { decimals }) },
    ]),
  );
  if (Object.keys(prompts).length < manifest.prompts.length) {
    throw taskErrors.manifestInvalid({ file, rule: 'two prompts have one name' });
  }
  const text = formatSorted({ ...manifest, prompts });
  parseTextManifest(file, text);
  return text;
}

/** Throws where a manifest contradicts itself: `TASK_MANIFEST_INVALID`, or what `invalid` makes of the rule that is broken. */
export function checkTextManifest(
  manifest: TextTaskManifest,
  invalid: (rule: string) => Error = (rule) => taskErrors.manifestInvalid({ file: manifest.name, rule }),
): void {
  const { name, fields, classes, answer, metric, prompts } = manifest;
  checkTaskName(name, invalid);
  if (fields.length === 0) throw invalid('an example needs at least one field');
  for (const field of fields) {
    if (!FIELD.test(field)) throw invalid(`${JSON.stringify(field)} is no name of a field: letters, digits and "_"`);
  }
  if (new Set(fields).size < fields.length) throw invalid('two fields have one name');
  if (answer === 'CLASS' ? classes.length < 2 : classes.length > 0) {
    throw invalid(`it has ${classes.length} classes; answers that are classes need 2, others have none`);
  }
  if (new Set(classes).size < classes.length) throw invalid('two classes have one name');
  const reads = METRIC_READS[metric];
  if (!READABLE[answer].includes(reads)) {
    throw invalid(`the metric ${metric} reads ${reads}, the answers are of the form ${answer}`);
  }
  for (const prompt of prompts) checkPrompt(manifest, prompt, invalid);
}

/** What metrics may read of an answer. A generated text that is no label word is a wrong class, so that accuracy is exact match there. */
const READABLE: Readonly<Record<AnswerForm, readonly string[]>> = {
  CLASS: ['classes'],
  NUMBER: ['numbers'],
  TEXT: ['texts', 'likelihoods'],
};

function readPrompts(fields: FieldReader, invalid: (rule: string) => Error): readonly Prompt[] {
  const map = fields.map('prompts');
  if (map.size > textLimits.prompts)
    throw invalid(`it has ${map.size} prompts, at most ${textLimits.prompts} are read`);
  return [...map].map(([name, value]) => readPrompt(name, value, invalid));
}

function readPrompt(name: string, value: StrictJson, invalid: (rule: string) => Error): Prompt {
  if (name === '' || name.length > taskLimits.nameCharacters)
    throw invalid('the name of a prompt is empty or too long');
  const fields = readFields(value, (rule) => invalid(`prompt ${JSON.stringify(name)}: ${rule}`));
  const prompt: Prompt = {
    name,
    input: fields.string('input', textLimits.promptCharacters),
    labelWords: fields.strings('labelWords', taskLimits.classes, taskLimits.nameCharacters),
    ...(fields.has('decimals') && { decimals: fields.integer('decimals', 0, MOST_DECIMALS) }),
  };
  fields.finish();
  return prompt;
}

function readMetric(metric: string, invalid: (rule: string) => Error): MetricName {
  if (isMetricName(metric)) return metric;
  throw invalid(`there is no metric ${JSON.stringify(metric)}`);
}

function readForm(form: string, invalid: (rule: string) => Error): AnswerForm {
  const found = ANSWER_FORMS.find((known) => known === form);
  if (found !== undefined) return found;
  throw invalid(`answer must be one of ${ANSWER_FORMS.join(', ')}, got ${JSON.stringify(form)}`);
}
