import type { EntityManager } from '@mikro-orm/postgresql';
import { isCrucibleError } from '@crucible/engine/errors';
import { checkTextManifest, taskLimits } from '@crucible/engine/tasks';
import { wakeWorkers } from '../changes/index.js';
import type { TaskRecipe } from '../compute/task-import-protocol.js';
import {
  ImportRun,
  type ImportSource,
  ImportSourceKind,
  ImportTarget,
  Task,
  UploadPurpose,
} from '../entities/index.js';
import { importErrors } from '../imports/errors.js';
import { importRoot } from '../imports/import-root.js';
import { locateRecipe } from '../imports/recipe-paths.js';
import { announce } from '../jobs/index.js';
import { uploadFolder } from '../uploads/upload-folder.js';
import { refusable, type ImportContext } from './import-adapter.js';
import { InvalidOptions, QuotaExceeded, SourceRefused } from './problems.js';
import { serviceLimits } from './service-limits.js';

export interface ImportTaskInput {
  /** What the recipe's paths are relative to: exactly one of a folder under the import root and an upload. */
  readonly source: {
    readonly directory?: string | null | undefined;
    readonly upload?: { readonly id: string; readonly token: string } | null | undefined;
  };
  readonly recipe: TaskRecipe;
}

/** Queues the making of a task. What can be known at once is answered at once: a manifest that is none, a name that is taken, files that are not there. */
export async function importTask(
  em: EntityManager,
  { queue, uploads, home }: ImportContext & { readonly home: string },
  { source: asked, recipe }: ImportTaskInput,
): Promise<ImportRun | InvalidOptions | QuotaExceeded | SourceRefused> {
  const { name } = recipe.manifest;
  const files = countFiles(recipe);
  if (files > serviceLimits.taskFiles) {
    return new QuotaExceeded('files of the task', files, serviceLimits.taskFiles, ['splits']);
  }
  const invalid = findInvalid(recipe);
  if (invalid) return invalid;
  if ((await em.count(Task, { name })) > 0) return new SourceRefused(importErrors.taskNameTaken({ name }), ['name']);
  const source = await refusable(async (): Promise<ImportSource> => {
    const nothing = { upload: null, directory: null, repo: null, revision: null, commit: null };
    if (asked.upload) {
      const { id } = await uploads.authorizeImport(em, asked.upload.id, asked.upload.token, UploadPurpose.TASK);
      await locateRecipe(uploadFolder(home, id), '.', recipe);
      return { ...nothing, kind: ImportSourceKind.UPLOAD, upload: id };
    }
    await locateRecipe(importRoot(), asked.directory!, recipe);
    return { ...nothing, kind: ImportSourceKind.DIRECTORY, directory: asked.directory! };
  });
  if (source instanceof SourceRefused) return source;
  return em.transactional(async (em) => {
    const run = em.create(ImportRun, {
      target: ImportTarget.TASK,
      name,
      source,
      recipe,
    } as never);
    if (source.upload !== null) await uploads.keepForImport(em, source.upload);
    run.queueJob = await queue.send(em, { kind: 'IMPORT', id: run.id });
    em.persist(run);
    await em.flush();
    await announce(em, run);
    await wakeWorkers(em);
    return run;
  });
}

/** What is wrong with the manifest as far as no file needs to be read for it. */
function findInvalid(recipe: TaskRecipe): InvalidOptions | undefined {
  const { manifest } = recipe;
  const invalid = (message: string): InvalidOptions =>
    new InvalidOptions([{ code: 'TASK_RECIPE_INVALID', message, path: ['name'] }]);
  try {
    if (recipe.kind === 'TEXT') {
      // Classes that a file will name are not known yet; two stand in for them.
      const isOpen = recipe.manifest.answer === 'CLASS' && recipe.manifest.classes.length === 0;
      const words = recipe.manifest.prompts[0]?.labelWords.length ?? 2;
      const classes = isOpen
        ? Array.from({ length: Math.max(2, words) }, (_, i) => `class ${i}`)
        : recipe.manifest.classes;
      checkTextManifest({
        ...recipe.manifest,
        version: 1,
        kind: 'TEXT_TASK',
        fields: Object.keys(recipe.columns),
        classes,
      });
      return undefined;
    }
  } catch (error) {
    if (isCrucibleError(error)) return invalid(error.message);
    throw error;
  }
  if (!NAME.test(manifest.name) || manifest.name.length > taskLimits.nameCharacters) {
    return invalid('A name is lower-case letters and digits, joined by “-” or “_”.');
  }
  return undefined;
}

const NAME = /^[a-z0-9]+(?:[-_][a-z0-9]+)*$/;

function countFiles({ splits }: TaskRecipe): number {
  let count = 0;
  for (const source of Object.values(splits)) {
    if (source.kind === 'FILES' && 'paths' in source.files) count += source.files.paths.length;
    else count += 2;
  }
  return count;
}
