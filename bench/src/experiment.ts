// The paper's protocol on the demo: every subset × strategies × modes, fused and scored on the subset's own tasks. `npm run bench:experiment`
import { fork } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { unpackTask } from '@crucible/engine/tasks';
import {
  cellImages,
  demoCells,
  MODES,
  sampleOf,
  STRATEGIES,
  type BenchCell,
  type DemoAdapter,
} from './experiment-cells.js';
import { machine } from './measure.js';

const { values } = parseArgs({
  options: {
    all: { type: 'boolean', default: false },
    cells: { type: 'string', default: '48' },
    processes: { type: 'string', default: '2' },
    choose: { type: 'boolean', default: false },
    examples: { type: 'string', default: '1000' },
    validation: { type: 'string', default: '250' },
    record: { type: 'string' },
  },
});

const root = fileURLToPath(new URL('../..', import.meta.url));
const workspace = join(root, 'demo/workspace');
const cache = join(root, 'bench/.cache/experiment');
/** Cells of one order: a process works on so many before it says that it is free. */
const PART = 24;

interface Workspace {
  readonly tasks: readonly { readonly name: string; readonly file: string; readonly unpackedSha256: string }[];
  readonly heads: readonly { readonly task: string; readonly file: string }[];
  readonly adapters: readonly { readonly task: string; readonly method: string; readonly file: string }[];
  readonly frames: readonly { readonly file: string }[];
}
interface CellReport {
  readonly index: number;
  readonly problem: { readonly message: string } | null;
  readonly chosen: number;
  readonly digest: string | null;
  readonly validation: readonly number[] | null;
  readonly scores: readonly {
    readonly task: number;
    readonly n: number;
    readonly correct: number;
    readonly outcomes: Uint8Array;
  }[];
  readonly images: number;
  readonly seconds: number;
}

const listing = JSON.parse(await readFile(join(workspace, 'workspace.json'), 'utf8')) as Workspace;
await mkdir(cache, { recursive: true });
const tasks = await Promise.all(
  listing.tasks.map(async ({ name, file, unpackedSha256 }) => {
    const task = join(cache, `${unpackedSha256}.safetensors`);
    if (!existsSync(task)) await unpackTask(join(workspace, file), task);
    return { name, task, head: join(workspace, listing.heads.find((head) => head.task === name)!.file) };
  }),
);
const adapters: readonly DemoAdapter[] = listing.adapters.map(({ task, method, file }) => ({
  path: join(workspace, file),
  method,
  ownFrameDigest: null,
  task: tasks.findIndex(({ name }) => name === task),
}));
const every = demoCells({
  adapters,
  tasks: tasks.length,
  frame: join(workspace, listing.frames[0]!.file),
  choose: values.choose,
});
const chosen = values.all ? every : sampleOf(every, Number(values.cells));
const known = new Set(
  values.record !== undefined && existsSync(values.record)
    ? readFileSync(values.record, 'utf8')
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as CellReport).index)
    : [],
);
const cells = chosen.filter(({ index }) => !known.has(index));
const parts: BenchCell[][] = [];
for (let at = 0; at < cells.length; at += PART) parts.push(cells.slice(at, at + PART));

const examples = Number(values.examples);
const totals = { images: 0, cells: 0, failed: 0, scoring: 0 };
const processes = Math.min(Number(values.processes), parts.length);
const work = (part: readonly BenchCell[]) => ({
  kind: 'EXPERIMENT',
  base: { folder: join(workspace, 'base') },
  adapters,
  tasks,
  validationExamples: Number(values.validation),
  testExamples: examples,
  seed: 0,
  cells: part,
});

function record(cell: CellReport): void {
  totals.images += cell.images;
  totals.cells += 1;
  if (cell.problem) {
    totals.failed += 1;
    console.error(`cell ${cell.index}: ${cell.problem.message}`);
  }
  if (values.record === undefined) return;
  const scores = cell.scores.map(({ outcomes, ...score }) => ({
    ...score,
    outcomes: Buffer.from(outcomes).toString('base64'),
  }));
  appendFileSync(values.record, `${JSON.stringify({ ...cell, scores })}\n`);
}

/** One process after another, as the worker has it: each works on one part. */
async function runParts(): Promise<void> {
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    const order = work(part);
    await new Promise<void>((resolve, reject) => {
      const child = fork(join(root, 'server/dist/compute/main.js'), [], { serialization: 'advanced' });
      child.on(
        'message',
        (report: { readonly type: string; readonly cell?: CellReport; readonly problem?: unknown }) => {
          if (report.type === 'cell') record(report.cell!);
          if (report.type === 'done') child.kill();
          if (report.type === 'failed') reject(new Error(JSON.stringify(report.problem)));
        },
      );
      child.on('exit', () => resolve());
      child.send({ type: 'run', work: order });
    });
  }
}

const started = performance.now();
const cpu = process.cpuUsage();
await Promise.all(Array.from({ length: processes }, runParts));
const seconds = (performance.now() - started) / 1000;
void cpu;

const rate = totals.images / seconds;
const all = every.reduce((sum, cell) => sum + cellImages(cell, examples, Number(values.validation)), 0);
console.log(`\`npm run bench:experiment -- ${process.argv.slice(2).join(' ')}\`\n`);
console.log(machine());
console.log(
  `${MODES.length} modes × ${STRATEGIES.length} strategies × 120 subsets = ${every.length} fused models, ${all} images\n`,
);
console.log('| what | value |\n| --- | ---: |');
console.log(`| fused models, each scored on its own tasks | ${totals.cells} (${totals.failed} failed) |`);
console.log(`| images | ${totals.images} |`);
console.log(`| processes | ${processes} |`);
console.log(`| seconds, starts of processes included | ${seconds.toFixed(1)} |`);
console.log(`| images per second | ${rate.toFixed(0)} |`);
console.log(`| minutes of all ${every.length} at that rate | ${(all / rate / 60).toFixed(1)} |`);
