import { execFile } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import type { FusionSpace, Strategy } from '@crucible/sdk';
import { checkOptions } from '@crucible/sdk';
import { loadPlugins } from '@crucible/sdk/host';
import type { RowRequest, RowResult } from './fuse-row.js';
import { SEVEN_B, syntheticModel, type ModelShape } from './synthetic-model.js';

/**
 * Times every installed strategy in every space that it offers, on adapters of a 7B-shaped model, each row in a process of its own, so that its peak
 * memory is its own. Prints a Markdown table. Rows that pass through dense matrices take a hundred times as long, so they have layers of their own.
 */
const { values } = parseArgs({
  options: {
    layers: { type: 'string', default: '8,32' },
    strategies: { type: 'string' },
    spaces: { type: 'string' },
    processes: { type: 'string', default: '1' },
    rank: { type: 'string', default: '16' },
    'dense-layers': { type: 'string', default: '1' },
  },
});
const folder = fileURLToPath(new URL('..', import.meta.url));
const cache = join(folder, '.cache');
const run = promisify(execFile);

/** Rules that answer with coefficients, so that DELTA space stays in factors; of others the host makes dense matrices. */
const LINEAR = new Set(['simpleAverage', 'taskArithmetic', 'lLora']);

interface Row {
  readonly strategy: Strategy;
  readonly space: FusionSpace;
  readonly outputRank?: number;
}

function rowsOf(strategy: Strategy): readonly Row[] {
  const rank = Number(values.rank);
  return strategy.spaces.flatMap((space): readonly Row[] => {
    if (values.spaces && !values.spaces.split(',').includes(space)) return [];
    if (space === 'FRAME' || space === 'FACTOR') return [{ strategy, space }];
    const compressed = { strategy, space, outputRank: rank };
    if (!LINEAR.has(strategy.id)) return [compressed];
    // A combination is the same work and the same bytes in CORE space.
    return space === 'CORE' ? [] : [{ strategy, space }, compressed];
  });
}

/** In FACTOR space a rule that is not linear has no exact result to differ from. */
function formatError({ exact, relativeError }: RowResult): string {
  if (relativeError > 0) return relativeError.toPrecision(2);
  return exact ? '0' : '–';
}

async function measure({ strategy, space, outputRank }: Row, shape: ModelShape): Promise<RowResult> {
  const kind = space === 'FRAME' ? 'llora' : 'lora';
  const request: RowRequest = {
    strategy: strategy.id,
    space,
    ...(outputRank !== undefined && { outputRank }),
    paths: await syntheticModel(cache, kind, shape, (line) => console.error(line)),
    output: join(cache, 'out.safetensors'),
    processes: Number(values.processes),
  };
  const script = fileURLToPath(new URL('fuse-row.js', import.meta.url));
  const { stdout } = await run(process.execPath, [script, JSON.stringify(request)]);
  return JSON.parse(stdout) as RowResult;
}

const { strategies } = await loadPlugins({ root: fileURLToPath(new URL('../../server', import.meta.url)) });
const wanted = values.strategies?.split(',');
const installed = [...strategies.values()].map(({ strategy }) => strategy);
// A search spends its time in scoring, which is not what is measured here; options without a default cannot be guessed.
const measured = installed.filter(
  (strategy) => strategy.kind === 'MODULE' && (wanted?.includes(strategy.id) ?? true) && checkOptions(strategy, {}).ok,
);
const [cpu] = cpus();
const { width, rank, adapters } = SEVEN_B;
console.log(
  `${cpu?.model ?? 'unknown CPU'}, ${cpus().length} cores, Node ${process.version}, WASM backend, ${values.processes} process(es)`,
);
console.log(
  `${adapters} adapters of rank ${rank}; q, k, v, o of ${width} × ${width} per layer; opening and hashing included\n`,
);
console.log('| strategy | space | output | layers | input GB | seconds | CPU s | GB/s | peak MB | relative error |');
console.log('| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
for (const row of measured.flatMap(rowsOf)) {
  const dense = row.space === 'DELTA' && !LINEAR.has(row.strategy.id);
  const counts = (dense ? values['dense-layers'] : values.layers).split(',').map(Number);
  for (const layers of counts) {
    const result = await measure(row, { ...SEVEN_B, layers });
    const { seconds, cpuSeconds, inputBytes, peakBytes } = result;
    const cells = [
      row.strategy.id,
      row.space,
      `rank ${result.rank}${result.exact ? ', exact' : ''}`,
      layers,
      (inputBytes / 1e9).toFixed(2),
      seconds.toFixed(1),
      cpuSeconds.toFixed(1),
      (inputBytes / 1e9 / seconds).toFixed(2),
      (peakBytes / 1e6).toFixed(0),
      formatError(result),
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}
