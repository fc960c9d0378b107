import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isCrucibleError } from '../../errors/index.js';
import { createKeyedRandom } from '../../random/index.js';
import { openSafetensors, writeSafetensors } from '../../tensors/index.js';
import { goldenPeft } from '../golden.testing.js';
import { importAdapter } from './import-adapter.js';
import { inspectAdapter } from './inspect-adapter.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crucible-fuzz-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const adapters = ['llama/pat-a', 'llama/embed-a', 'llama/dora-a', 'llama/saved-a', 'gpt2/bias-a'];
const junk: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e308,
  '',
  'x',
  '../..',
  '.*',
  [],
  [1],
  ['q_proj'],
  {},
  { '.*': 3 },
  { '(': 1 },
  [[0, 1]],
];
const settings = [
  'r',
  'lora_alpha',
  'rank_pattern',
  'alpha_pattern',
  'target_modules',
  'modules_to_save',
  'bias',
  'use_dora',
  'use_rslora',
  'fan_in_fan_out',
  'init_lora_weights',
  'peft_type',
  'lora_bias',
  'base_model_name_or_path',
  'layers_to_transform',
  'layer_replication',
  'whatever',
];
const pieces = [
  '',
  'default.',
  'lora_A.',
  '.weight',
  '.bias',
  'base_layer.',
  'modules_to_save.',
  'base_model.model.',
  '__proto__.',
  '..',
  'lora_down',
  '\u0000',
];

describe('an adapter with random faults', () => {
  it.each(adapters)(
    'of %s is reported on or refused in words, never with an accident, and imported exactly if the report says so',
    async (name) => {
      const source = await openSafetensors(join(goldenPeft, '_adapters', name, 'adapter_model.safetensors'));
      const config = JSON.parse(
        await readFile(join(goldenPeft, '_adapters', name, 'adapter_config.json'), 'utf8'),
      ) as object;
      const outcomes = new Set<string>();
      for (let seed = 0; seed < 40; seed += 1) {
        const random = createKeyedRandom(seed);
        let draws = 0;
        const pick = <T>(items: readonly T[]): T => {
          const [draw = 0] = random.uniform([name, (draws += 1)], 1);
          return items[Math.min(items.length - 1, Math.floor(draw * items.length))]!;
        };
        const where = await mkdtemp(join(folder, 'case-'));
        const changed = {
          ...config,
          [pick(settings)]: pick(junk),
          ...(seed % 2 === 0 && { [pick(settings)]: pick(junk) }),
        };
        await writeFile(join(where, 'adapter_config.json'), JSON.stringify(changed));
        const victim = seed % 3 === 0 ? pick([...source.tensors.keys()]) : undefined;
        const at = pick([0, 5, 17, 40]);
        const renamed = (tensor: string): string => `${tensor.slice(0, at)}${pick(pieces)}${tensor.slice(at)}`;
        await writeSafetensors(join(where, 'adapter_model.safetensors'), {
          tensors: [...source.tensors.values()].map((info) => ({
            ...info,
            name: info.name === victim ? renamed(info.name) : info.name,
            read: () => source.read(info.name),
          })),
        });
        const base = { digest: '0'.repeat(64), folder: join(goldenPeft, '_base', name.split('/')[0]!) };
        const options = seed % 5 === 0 ? {} : { base };
        const report = await inspectAdapter(where, options);
        const attempt = importAdapter({
          ...options,
          source: where,
          outputPath: join(where, 'out.safetensors'),
          name: 'x',
        });
        const refusal: unknown = await attempt.then(
          () => undefined,
          (error: unknown) => error,
        );
        outcomes.add(report.importable ? 'imported' : 'refused');
        expect({
          seed,
          imported: refusal === undefined,
          why: isCrucibleError(refusal) ? refusal.code : refusal,
        }).toEqual({
          seed,
          imported: report.importable,
          why: report.importable ? undefined : 'ADAPTER_IMPORT_REFUSED',
        });
      }
      await source.close();
      expect(outcomes).toContain('refused');
    },
  );
});
