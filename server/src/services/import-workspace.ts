import { readFile, stat } from 'node:fs/promises';
import { join, normalize as normalizePath } from 'node:path';
import { ref, type EntityManager } from '@mikro-orm/postgresql';
import { openFrame } from '@crucible/engine/adapters';
import { openTaskHead, unpackTask } from '@crucible/engine/tasks';
import { hashFile, type StoredBlob } from '../blobs/index.js';
import { adapterFacts } from '../compute/adapter-facts.js';
import { taskFacts } from '../compute/task-facts.js';
import { Adapter, BaseModel, Origin, TangentFrame, Task, TaskHead } from '../entities/index.js';
import { idOfContent } from '../entities/id-of-content.js';
import { importErrors } from '../imports/errors.js';
import { keepTask } from '../jobs/keep-task.js';
import type { ServiceContext } from './service-context.js';
import type { WorkspaceImport } from './services.js';
import { describeBase } from './describe-base.js';
import { workspaceErrors } from './workspace-errors.js';
import { parseWorkspace, type Workspace, type WorkspaceFile } from './workspace-manifest.js';

/**
 * Takes a workspace folder in: base model, tasks, heads, frames and adapters become blobs and rows. Repeatable: what is there already is left as it is, so that an import that was cut off is simply made again.
 *
 * @throws WORKSPACE_*, and whatever a file of it is refused with
 */
export async function importWorkspace(
  em: EntityManager,
  context: ServiceContext,
  directory: string,
): Promise<WorkspaceImport> {
  const workspace = parseWorkspace(directory, await readFile(join(directory, 'workspace.json'), 'utf8'));
  const importer = new WorkspaceImporter(em, context, directory, workspace);
  return importer.run();
}

class WorkspaceImporter {
  readonly #em: EntityManager;
  readonly #context: ServiceContext;
  readonly #directory: string;
  readonly #workspace: Workspace;
  #added = 0;

  constructor(em: EntityManager, context: ServiceContext, directory: string, workspace: Workspace) {
    this.#em = em;
    this.#context = context;
    this.#directory = directory;
    this.#workspace = workspace;
  }

  async run(): Promise<WorkspaceImport> {
    const { tasks, heads, frames, adapters } = this.#workspace;
    const base = await this.#importBase();
    const rows = new Map<string, Task>();
    for (const entry of tasks) rows.set(entry.name, await this.#importTask(entry));
    for (const entry of heads) await this.#importHead(entry, base, rows);
    for (const entry of frames) await this.#importFrame(entry, base);
    for (const entry of adapters) await this.#importAdapter(entry, base, rows);
    await this.#em.flush();
    return { tasks: tasks.length, adapters: adapters.length, added: this.#added };
  }

  #path(file: string): string {
    // A manifest names files of its own folder, and nothing else.
    const path = normalizePath(join(this.#directory, file));
    if (!path.startsWith(normalizePath(`${this.#directory}/`))) throw workspaceErrors.outside({ file });
    return path;
  }

  async #store({ file, sha256 }: WorkspaceFile): Promise<StoredBlob> {
    const stored = await this.#context.blobs.putFile(this.#path(file));
    if (stored.digest !== sha256) throw workspaceErrors.damaged({ file, got: stored.digest, expected: sha256 });
    return stored;
  }

  async #importBase(): Promise<BaseModel> {
    const { base } = this.#workspace;
    const folder = this.#path(base.folder);
    const described = await describeBase(folder);
    const known = await this.#em.findOne(BaseModel, { digest: described.digest });
    if (known !== null) return known;
    const files: Record<string, string> = {};
    let sizeBytes = 0;
    for (const name of described.files) {
      const { digest, byteLength } = await this.#context.blobs.putFile(join(folder, name));
      files[name] = digest;
      sizeBytes += byteLength;
    }
    const { architecture, config, digest, parameterCount, imageSize } = described;
    const row = this.#em.create(BaseModel, {
      id: idOfContent('base', described.digest),
      name: base.name,
      architecture,
      config,
      digest,
      files,
      parameterCount,
      sizeBytes,
      imageSize,
    } as never);
    return this.#add(row);
  }

  async #importTask(entry: Workspace['tasks'][number]): Promise<Task> {
    const known = await this.#em.findOne(Task, { name: entry.name });
    if (known !== null) return known;
    const stored = await this.#storeTask(entry);
    const facts = await taskFacts(await this.#context.blobs.locate(stored.digest));
    const task = await keepTask(this.#em, facts, stored);
    if (task === null) throw importErrors.taskNameTaken({ name: facts.name });
    return this.#add(task);
  }

  /** Packed files are unpacked; the digest that counts is that of the task itself. */
  async #storeTask(entry: Workspace['tasks'][number]): Promise<StoredBlob> {
    if (!entry.file.endsWith('.br')) return this.#store(entry);
    const { digest } = await hashFile(this.#path(entry.file));
    if (digest !== entry.sha256)
      throw workspaceErrors.damaged({ file: entry.file, got: digest, expected: entry.sha256 });
    const path = await this.#context.blobs.incoming();
    await unpackTask(this.#path(entry.file), path);
    return this.#context.blobs.adopt(path, entry.unpackedSha256);
  }

  async #importHead(
    entry: Workspace['heads'][number],
    base: BaseModel,
    tasks: ReadonlyMap<string, Task>,
  ): Promise<void> {
    const task = tasks.get(entry.task);
    if (task === undefined) throw workspaceErrors.unknownTask({ file: entry.file, task: entry.task });
    if ((await this.#em.findOne(TaskHead, { task: task.id, base: base.id })) !== null) return;
    const { digest } = await this.#store(entry);
    const head = await openTaskHead(await this.#context.blobs.locate(digest));
    this.#checkBase(entry.file, head.baseDigest, base);
    const { classes, projection } = head;
    this.#add(this.#em.create(TaskHead, { task: ref(task), base: ref(base), classes, projection, digest } as never));
  }

  async #importFrame(entry: Workspace['frames'][number], base: BaseModel): Promise<void> {
    const stored = await this.#store(entry);
    const frame = await openFrame(await this.#context.blobs.locate(stored.digest));
    try {
      this.#checkBase(entry.file, frame.manifest.baseDigest, base);
      if ((await this.#em.findOne(TangentFrame, { digest: frame.digest })) !== null) return;
      const { rank, scale, targetModules } = frame.manifest;
      const row = this.#em.create(TangentFrame, {
        id: idOfContent('frame', frame.digest),
        name: entry.name,
        base: ref(base),
        rank,
        scale,
        targetModules: [...targetModules],
        digest: frame.digest,
        blob: stored.digest,
      } as never);
      this.#add(row);
      // Adapters look their frame up by its digest.
      await this.#em.flush();
    } finally {
      await frame.close();
    }
  }

  async #importAdapter(
    entry: Workspace['adapters'][number],
    base: BaseModel,
    tasks: ReadonlyMap<string, Task>,
  ): Promise<Adapter> {
    const known = await this.#em.findOne(Adapter, { digest: entry.sha256, origin: Origin.IMPORTED });
    if (known !== null) return known;
    const task = tasks.get(entry.task);
    if (task === undefined) throw workspaceErrors.unknownTask({ file: entry.file, task: entry.task });
    const stored = await this.#store(entry);
    const { manifest, parameterCount, ownFrameDigest } = await adapterFacts(
      await this.#context.blobs.locate(stored.digest),
    );
    this.#checkBase(entry.file, manifest.baseDigest, base);
    const frame =
      manifest.frameDigest === undefined
        ? null
        : await this.#em.findOne(TangentFrame, { digest: manifest.frameDigest });
    return this.#add(
      this.#em.create(Adapter, {
        id: idOfContent('adapter', stored.digest),
        name: manifest.name,
        base: ref(base),
        task: ref(task),
        frame: frame && ref(frame),
        method: manifest.method,
        rank: manifest.rank,
        scale: manifest.scale,
        form: manifest.form ?? 'WEIGHTS',
        targetModules: [...manifest.targetModules],
        parameterCount,
        ownFrameDigest,
        digest: stored.digest,
        sizeBytes: stored.byteLength,
        origin: Origin.IMPORTED,
        importedFrom: { workspace: this.#workspace.name, file: entry.file, seed: entry.seed ?? null },
      } as never),
    );
  }

  #checkBase(file: string, got: string, base: BaseModel): void {
    if (got !== base.digest) throw workspaceErrors.otherBase({ file, got, expected: base.digest });
  }

  #add<Row extends object>(row: Row): Row {
    this.#em.persist(row);
    this.#added += 1;
    return row;
  }
}

/** Whether a folder holds a workspace. */
export async function isWorkspace(directory: string): Promise<boolean> {
  return stat(join(directory, 'workspace.json')).then(
    () => true,
    () => false,
  );
}
