import {
  openSafetensors,
  readFields,
  viewBytes,
  writeSafetensors,
  type OpenSafetensorsOptions,
} from '../tensors/index.js';
import { taskErrors } from './errors.js';
import { taskLimits } from './limits.js';
import { checkTaskName, checkVersion, formatSorted, parseManifestJson } from './task-manifest.js';
import type { TaskHead } from './task.js';
import type { WrittenTask } from './write-task.js';

/** A head that was read from a file. */
export interface TaskHeadFile extends TaskHead {
  readonly path: string;
  /** SHA-256 of the file's bytes. */
  readonly digest: string;
}

/** Rows are normalized in float32: their length is 1 up to rounding. */
const UNIT_TOLERANCE = 1e-4;
const DIGEST = /^[0-9a-f]{64}$/;

/** Reads the head of a task for one base model; all of it, for heads are small. */
export async function openTaskHead(path: string, options: OpenSafetensorsOptions = {}): Promise<TaskHeadFile> {
  const tensors = await openSafetensors(path, options);
  try {
    const invalid = (rule: string) => taskErrors.headInvalid({ file: path, rule });
    const { baseDigest, taskName } = parseHeadManifest(path, tensors.metadata.get('crucible'));
    const { shape } = tensors.info('head.weight');
    const [classes = 0, projection = 0] = shape;
    if (tensors.tensors.size !== 2) throw invalid(`it has ${tensors.tensors.size} tensors, a head has 2`);
    if (shape.length !== 2) throw invalid(`head.weight must be [classes, projection], got [${shape.join(', ')}]`);
    checkSizes(classes, projection, invalid);
    if (tensors.info('head.logit_scale').shape.length > 0) throw invalid('head.logit_scale must be a scalar');
    const weight = await tensors.readFloat32('head.weight');
    const [logitScale = Number.NaN] = await tensors.readFloat32('head.logit_scale');
    const head: TaskHead = { baseDigest, taskName, weight, classes, projection, logitScale };
    checkHead(head, invalid);
    return { ...head, path, digest: await tensors.digest() };
  } finally {
    await tensors.close();
  }
}

/** Writes a head; the same head gives the same bytes. */
export async function writeTaskHead(
  path: string,
  head: TaskHead,
  options: { readonly signal?: AbortSignal } = {},
): Promise<WrittenTask> {
  const { baseDigest, taskName, weight, classes, projection, logitScale } = head;
  const invalid = (rule: string) => taskErrors.headInvalid({ file: path, rule });
  checkSizes(classes, projection, invalid);
  checkHead(head, invalid);
  const crucible = formatSorted({ version: 1, kind: 'TASK_HEAD', baseDigest, taskName });
  parseHeadManifest(path, crucible);
  const written = await writeSafetensors(path, {
    metadata: { format: 'pt', crucible },
    tensors: [
      { name: 'head.weight', dtype: 'F32', shape: [classes, projection], read: () => viewBytes(weight) },
      { name: 'head.logit_scale', dtype: 'F32', shape: [], read: () => viewBytes(Float32Array.of(logitScale)) },
    ],
    ...options,
  });
  return { digest: written.sha256, byteLength: written.byteLength };
}

function parseHeadManifest(file: string, text: string | undefined) {
  if (text === undefined) throw taskErrors.manifestMissing({ file, key: 'crucible' });
  const invalid = (rule: string) => taskErrors.manifestInvalid({ file, rule });
  const fields = readFields(parseManifestJson(file, text), invalid);
  checkVersion(file, fields.number('version'));
  if (fields.string('kind') !== 'TASK_HEAD') throw invalid('its kind must be TASK_HEAD');
  const baseDigest = fields.string('baseDigest');
  const taskName = fields.string('taskName', taskLimits.nameCharacters);
  fields.finish();
  if (!DIGEST.test(baseDigest)) throw invalid('baseDigest must be a SHA-256 in 64 hexadecimal digits');
  checkTaskName(taskName, invalid);
  return { baseDigest, taskName };
}

function checkSizes(classes: number, projection: number, invalid: (rule: string) => Error): void {
  if (!(classes >= 2 && classes <= taskLimits.classes && projection >= 1 && projection <= taskLimits.projection)) {
    throw invalid(
      `head.weight must be [2 to ${taskLimits.classes}, 1 to ${taskLimits.projection}], got [${classes}, ${projection}]`,
    );
  }
}

function checkHead({ weight, classes, projection, logitScale }: TaskHead, invalid: (rule: string) => Error): void {
  if (weight.length !== classes * projection) {
    throw invalid(`head.weight has ${weight.length} entries, its shape takes ${classes * projection}`);
  }
  if (!(Number.isFinite(logitScale) && logitScale > 0))
    throw invalid(`head.logit_scale must be positive, got ${logitScale}`);
  for (let row = 0; row < classes; row += 1) {
    let sum = 0;
    for (let i = row * projection; i < (row + 1) * projection; i += 1) sum += weight[i]! ** 2;
    if (!(Math.abs(Math.sqrt(sum) - 1) <= UNIT_TOLERANCE)) {
      throw invalid(`row ${row} of head.weight has length ${Math.sqrt(sum)}, rows have length 1`);
    }
  }
}
