// Measures the shipped files: `npm run make:figures`. Writes workspace/figures.json and docs/demo.md's tables, and then workspace.json.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestModel, openAdapter, openFrame } from '@crucible/engine/adapters';
import { selectBackend } from '@crucible/engine/backend';
import { loadVisionModel } from '@crucible/engine/models';
import { openTaskHead } from '@crucible/engine/tasks';
import { TASKS } from '../data/task-list.js';
import { cacheDirectory, docsDirectory, workspaceDirectory } from '../paths.js';
import { RUNS } from '../train/recipe.js';
import type { DemoFigures } from '../workspace/figures.js';
import { adapterPath, framePath, headPath } from '../workspace/layout.js';
import { openDemoTask } from '../workspace/open-demo-task.js';
import { writeWorkspaceManifest } from '../workspace/write-manifest.js';
import { BASE, Examiner, LOOKS, type Candidate, type ExaminedTask } from './examiner.js';
import { fillPage } from './format-page.js';
import { measureSeed, type SeedFigures } from './measure.js';
import { scoreOf } from './statistics.js';

const baseFolder = join(workspaceDirectory, 'base');
const baseDigest = await digestModel(baseFolder);
const backend = await selectBackend();
const examiner = new Examiner(
  backend.tf,
  await loadVisionModel(baseFolder),
  baseDigest,
  join(cacheDirectory, 'evaluations'),
);
const tasks: ExaminedTask[] = [];
for (const { name } of TASKS) {
  const file = await openDemoTask(workspaceDirectory, name, join(cacheDirectory, 'unpacked'));
  tasks.push({ name, file, head: await openTaskHead(headPath(workspaceDirectory, name)) });
}

/** Images a task that the tests look at again. */
const CHECKED = 200;
const check: DemoFigures['check']['tasks'][number][] = [];
// Seeds may be named; `quick` measures test at three λ instead of all.
const wanted = process.argv
  .slice(2)
  .filter((argument) => argument !== 'quick')
  .map(Number);
const quick = process.argv.includes('quick');
const seeds: SeedFigures[] = [];
for (const [index, { seed, order }] of RUNS.entries()) {
  if (wanted.length > 0 && !wanted.includes(seed)) continue;
  const open = (method: 'LORA' | 'L_LORA') =>
    Promise.all(tasks.map(({ name }) => openAdapter(adapterPath(method, name, seed))));
  const frame = await openFrame(framePath(seed));
  const adapters = { LORA: await open('LORA'), L_LORA: await open('L_LORA') };
  if (index === 0) {
    for (const [i, task] of tasks.entries()) {
      const right = async (candidate: Candidate) => {
        const outcomes = (await examiner.examine(candidate, [task], 'test')).get(task.name)!;
        return outcomes.subarray(0, CHECKED).reduce((sum, value) => sum + value, 0);
      };
      const own = (method: 'LORA' | 'L_LORA', space: 'DELTA' | 'FRAME') =>
        right({ adapters: [adapters[method][i]!], coefficients: [1], space });
      check.push({
        task: task.name,
        base: await right(BASE),
        LORA: await own('LORA', 'DELTA'),
        L_LORA: await own('L_LORA', 'FRAME'),
      });
    }
  }
  seeds.push(
    await measureSeed(examiner, tasks, { seed, order, frame, adapters }, index === 0 && !quick, (line) =>
      console.log(line),
    ),
  );
  await Promise.all([frame, ...adapters.LORA, ...adapters.L_LORA].map((file) => file.close()));
}

const figures: DemoFigures = {
  version: 1,
  baseDigest,
  tasks: tasks.map(({ name }) => name),
  looks: LOOKS,
  base: scoreOf(await examiner.examine(BASE, tasks, 'test')),
  baseOnValidation: scoreOf(await examiner.examine(BASE, tasks, 'validation')).mean,
  check: { images: CHECKED, tasks: check },
  seeds,
};
await writeFile(join(workspaceDirectory, 'figures.json'), `${JSON.stringify(figures, null, 1)}\n`);
await writeWorkspaceManifest(workspaceDirectory);
const page = join(docsDirectory, 'demo.md');
await writeFile(page, fillPage(await readFile(page, 'utf8'), figures));
for (const { file } of tasks) await file.close();
examiner.dispose();
backend.dispose();
