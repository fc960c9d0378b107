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
const PART = 48;

interface Workspace {
  readonly tasks: readonly { readonly name: string; readonly file: string; readonly unpackedSha256: string }[];
  readonly heads: readonly { readonly task: string; readonly file: string }[];
  readonly adapters: readonly { readonly task: string; readonly method: string; readonly file: string }[];
  readonly frames: readonly { readonly file: string }[];
}
interface Report {
  readonly type: string;
  readonly cell?: CellReport;
  readonly problem?: unknown;
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
const totals = { images: 0, cells: 0, failed: 0, starts: 0, startSeconds: 0, cellImages: 0, cellSeconds: 0 };
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

/** Processor seconds that a process has taken, where Linux tells; other work on the machine does not stretch them. */
function processorSeconds(pid: number | undefined): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return Number.NaN;
  }
}

/** One process after another, as the worker has it: each works on one part. */
async function runParts(): Promise<void> {
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    const order = work(part);
    await new Promise<void>((resolve, reject) => {
      const child = fork(join(root, 'server/dist/compute/main.js'), [], { serialization: 'advanced' });
      let begun = Number.NaN;
      let images = 0;
      child.on('message', ({ type, cell, problem }: Report) => {
        // What is prepared for the first cell, images above all, is there for the others.
        if (type === 'cell') {
          record(cell!);
          images += Number.isNaN(begun) ? 0 : cell!.images;
          if (Number.isNaN(begun)) begun = processorSeconds(child.pid);
        }
        if (type === 'done') {
          totals.starts += 1;
          totals.startSeconds += begun;
          totals.cellImages += images;
          totals.cellSeconds += processorSeconds(child.pid) - begun;
          child.kill();
        }
        if (type === 'failed') reject(new Error(JSON.stringify(problem)));
      });
      child.on('exit', () => resolve());
      child.send({ type: 'run', work: order });
    });
  }
}

const started = performance.now();
await Promise.all(Array.from({ length: processes }, runParts));
const seconds = (performance.now() - started) / 1000;

const planned = (list: readonly BenchCell[]): number =>
  list.reduce((sum, cell) => sum + cellImages(cell, examples, Number(values.validation)), 0);
const rate = totals.images / seconds;
const ofProcessor = totals.cellImages / totals.cellSeconds;
// What searches look at is known only afterwards.
const all = Math.round((planned(every) * totals.images) / planned(cells));
const minutes = (perSecond: number): string => (all / perSecond / 60).toFixed(1);
const count = every.length;
console.log(`\`npm run bench:experiment -- ${process.argv.slice(2).join(' ')}\`\n`);
console.log(machine());
console.log(
  `${MODES.length} modes × ${STRATEGIES.length} strategies × 120 subsets = ${count} fused models, ${all} images\n`,
);
console.log('| what | value |\n| --- | ---: |');
console.log(`| fused models, each scored on its own tasks | ${totals.cells} (${totals.failed} failed) |`);
console.log(`| images, those of searches included | ${totals.images} |`);
console.log(`| processes | ${processes} |`);
console.log(`| seconds by the clock, starts of processes included | ${seconds.toFixed(1)} |`);
console.log(`| images per second by the clock, all processes | ${rate.toFixed(0)} |`);
console.log(`| images per second of processor time, fusing included | ${ofProcessor.toFixed(0)} |`);
console.log(
  `| processor seconds up to the first cell of a process | ${(totals.startSeconds / totals.starts).toFixed(1)} |`,
);
console.log(`| minutes of all ${count} by the clock of this run | ${minutes(rate)} |`);
console.log(`| minutes of all ${count} by processor time, on 2 cores | ${minutes(2 * ofProcessor)} |`);
