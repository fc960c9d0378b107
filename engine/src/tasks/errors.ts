import { defineError } from '../errors/index.js';

interface InFile {
  readonly file: string;
}

/** Everything that can be wrong with a task or its head. */
export const taskErrors = {
  manifestMissing: defineError({
    code: 'TASK_MANIFEST_MISSING',
    summary: 'A safetensors file is no task (or head) of ours: its metadata has no manifest.',
    remedy: 'Choose a file that writeTask or writeTaskHead wrote.',
    message: (d: InFile & { readonly key: string }) => `${d.file}: its __metadata__ has no "${d.key}".`,
  }),
  manifestInvalid: defineError({
    code: 'TASK_MANIFEST_INVALID',
    summary: 'The manifest of a task or head is not what it must be.',
    remedy: 'Write the file again; do not edit its metadata by hand.',
    message: (d: InFile & { readonly rule: string }) => `${d.file}: its manifest is invalid: ${d.rule}.`,
  }),
  versionUnknown: defineError({
    code: 'TASK_VERSION_UNKNOWN',
    summary: 'A file was written by a version of Crucible that this one does not know.',
    remedy: 'Update Crucible.',
    message: (d: InFile & { readonly got: number }) =>
      `${d.file}: has manifest version ${d.got}, this Crucible reads version 1.`,
  }),
  splitInvalid: defineError({
    code: 'TASK_SPLIT_INVALID',
    summary: 'Images and labels of a split do not fit together, or not with the other splits.',
    remedy:
      'Give each split U8 images [n, height, width] or [n, height, width, 3] and U8 or I32 labels [n], of one image size.',
    message: (d: InFile & { readonly split: string; readonly rule: string }) =>
      `${d.file}: split ${d.split}: ${d.rule}.`,
  }),
  labelOutOfRange: defineError({
    code: 'TASK_LABEL_OUT_OF_RANGE',
    summary: 'A label names no class.',
    remedy: 'Label examples with numbers from 0 to one less than the number of classes.',
    message: (
      d: InFile & { readonly split: string; readonly position: number; readonly got: number; readonly classes: number },
    ) =>
      `${d.file}: split ${d.split}: the label of example ${d.position} is ${d.got}, the task has classes 0 to ${d.classes - 1}.`,
  }),
  splitsOverlap: defineError({
    code: 'TASK_SPLITS_OVERLAP',
    summary: 'An example is in two splits, so that a score on one would profit from the other.',
    remedy: 'Remove every example from all but one split.',
    message: (
      d: InFile & {
        readonly first: string;
        readonly firstPosition: number;
        readonly second: string;
        readonly secondPosition: number;
        readonly count: number;
      },
    ) =>
      `${d.file}: example ${d.firstPosition} of ${d.first} and example ${d.secondPosition} of ${d.second} are the same; ${d.count} examples are in more than one split.`,
  }),
  headInvalid: defineError({
    code: 'TASK_HEAD_INVALID',
    summary: 'The head of a task is not what it must be.',
    remedy:
      'Make the head again: F32 head.weight [classes, projection] with rows of length 1, and F32 head.logit_scale [].',
    message: (d: InFile & { readonly rule: string }) => `${d.file}: ${d.rule}.`,
  }),
  tooLarge: defineError({
    code: 'TASK_TOO_LARGE',
    summary: 'Unpacking a file would give more bytes than is allowed.',
    remedy: 'Check where the file comes from; if it is right, allow more bytes.',
    message: (d: InFile & { readonly limit: number }) => `${d.file}: unpacks to more than ${d.limit} bytes.`,
  }),
  packedInvalid: defineError({
    code: 'TASK_PACKED_INVALID',
    summary: 'A packed file is not a whole Brotli stream.',
    remedy: 'Get the file again.',
    message: (d: InFile & { readonly reason: string }) => `${d.file}: cannot be unpacked: ${d.reason}.`,
  }),
  promptUnknown: defineError({
    code: 'TASK_PROMPT_UNKNOWN',
    summary: 'A task has no prompt of a name, or none at all.',
    remedy: 'Choose a prompt that the task has, or make the task again with one.',
    message: (d: { readonly task: string; readonly got: string; readonly known: string }) =>
      `the task ${d.task} has no prompt ${JSON.stringify(d.got)}; it has ${d.known === '' ? 'none' : d.known}.`,
  }),
  shotsInvalid: defineError({
    code: 'TASK_SHOTS_INVALID',
    summary: 'A number of few-shot examples is not a positive whole number.',
    remedy: 'Ask for one example per class or more.',
    message: (d: { readonly got: number }) =>
      `the number of examples per class must be a positive whole number, got ${d.got}.`,
  }),
} as const;
