import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { BACKEND_ORDER } from '@crucible/engine/backend';
import { TARGETS, TRAINED, type BackendLoads, type BackendRow, type Spent } from './backend-loads.js';
import { machine, median, runPython, runRow } from './measure.js';

/**
 * What each backend does here in one run: a fusion of dense tensors, the forward pass of a tower in the shape of ViT-B/32, and steps of training. Beside it torch,
 * where it is installed.
 */
const { values } = parseArgs({
  options: {
    backends: { type: 'string', default: BACKEND_ORDER.join(',') },
    rounds: { type: 'string', default: '3' },
    layers: { type: 'string', default: '12' },
    images: { type: 'string', default: '32' },
    'fusion-side': { type: 'string', default: '2048' },
    'training-steps': { type: 'string', default: '6' },
    python: { type: 'boolean', default: true },
  },
  allowNegative: true,
});
const loads: BackendLoads = {
  rounds: Number(values.rounds),
  layers: Number(values.layers),
  images: Number(values.images),
  fusionSide: Number(values['fusion-side']),
  fusionMembers: 4,
  trainingSteps: Number(values['training-steps']),
  hidden: 768,
  heads: 12,
  side: 224,
  patch: 32,
  projection: 512,
};

const bytes = (loads.fusionMembers + 1) * loads.fusionSide ** 2 * 4;
const rate = (amount: number, seconds: number | undefined): string =>
  seconds === undefined ? '' : (amount / seconds).toPrecision(3);
const both = (amount: number, spent: Spent | undefined): string[] => [
  rate(amount, spent?.wall),
  rate(amount, spent?.cpu),
];
const print = (who: string, spent: NonNullable<BackendRow['spent']>): void => {
  const { fusion, evaluation, lora, linearized } = spent;
  const cells = [both(bytes / 1e9, fusion), both(loads.images, evaluation), both(1, lora), both(1, linearized)];
  console.log(`| ${[who, ...cells.flat()].join(' | ')} |`);
};

console.log(`${machine()}; load average before the run ${loadavg()[0]!.toFixed(1)}`);
console.log(
  `fusion: sign election and disjoint mean of ${loads.fusionMembers} tensors ${loads.fusionSide} × ${loads.fusionSide}, bytes read and written; evaluation: ${loads.images} images, ` +
    `${loads.layers} layers in the shape of ViT-B/32; training: ${TRAINED.layers} layers of ${TRAINED.hidden}, batch ${TRAINED.batchSize}, rank ${TRAINED.rank}; least of ${loads.rounds} rounds\n`,
);
const units = ['fusion GB/s', 'evaluation images/s', 'LoRA steps/s', 'L-LoRA steps/s'];
console.log(`| who | ${units.flatMap((unit) => [unit, 'by CPU time']).join(' | ')} |`);
console.log(`| --- |${' ---: |'.repeat(2 * units.length)}`);
const absent: string[] = [];
const run = (backend: string): Promise<BackendRow> => runRow<BackendRow>('backend-row.js', { backend, loads });
for (const backend of values.backends.split(',')) {
  const { spent, why } = await run(backend);
  if (spent === undefined) absent.push(`${backend}: ${why}`);
  else print(`${backend} (${why})`, spent);
  if (backend !== 'wasm' || spent === undefined) continue;
  const { evaluation } = (await run('compiled')).spent!;
  print('what scoring takes instead of wasm: compiled WebAssembly, 1 process', { evaluation: evaluation! });
  const processes = availableParallelism();
  const rows = await Promise.all(Array.from({ length: processes }, () => run('compiled')));
  // Each process has all images: together they do as many times the work in the time of the slowest.
  const each = rows.map(({ spent: own }) => own!.evaluation!);
  const wall = Math.max(...each.map((own) => own.wall)) / processes;
  const cpu = each.reduce((sum, own) => sum + own.cpu, 0) / processes;
  print(`the same, ${processes} processes`, { evaluation: { wall, cpu } });
}

interface Forward {
  readonly label: string;
  readonly fusion: Spent;
  readonly evaluation: Spent;
}
interface Training {
  readonly seconds: Readonly<Record<string, readonly number[]>>;
}
if (values.python) {
  const forward = await runPython<Forward>('backends.py', loads);
  const training =
    forward &&
    (await runPython<Training>('train.py', { ...TRAINED, rounds: 1, steps: loads.trainingSteps, targets: TARGETS }));
  if (forward !== undefined) print(forward.label, forward);
  const step = (mode: string): string => rate(1, training && median(training.seconds[mode]!));
  if (training !== undefined) {
    console.log(
      `\nIn torch a step of the same tower takes the processor time of ${step('LoRA')} LoRA steps/s, and of ${step('module-wise jvp')} steps/s linearized module by module by jvp.`,
    );
  }
}
if (absent.length > 0) console.log(`\nNot measured: ${absent.join('; ')}`);
