import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelLimits } from '../limits.js';
import { readEndTokens } from './read-end-tokens.js';

describe('end tokens of generation_config.json', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'crucible-end-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const write = (text: string) => writeFile(join(folder, 'generation_config.json'), text);

  it('are undefined without the file', async () => {
    expect(await readEndTokens(join(folder, 'nowhere'), 40)).toBeUndefined();
  });

  it.each([
    ['{"eos_token_id": 3}', [3]],
    ['{"eos_token_id": [3, 39]}', [3, 39]],
    ['{"eos_token_id": null}', undefined],
    ['{}', undefined],
  ])('of %s are %j', async (text, expected) => {
    await write(text);
    expect(await readEndTokens(folder, 40)).toEqual(expected);
  });

  it.each([
    ['{"eos_token_id": [40]}', 'MODEL_CONFIG_UNSUPPORTED'],
    ['{"eos_token_id": "end"}', 'MODEL_CONFIG_UNSUPPORTED'],
    ['[]', 'MODEL_CONFIG_UNSUPPORTED'],
    ['{', 'MODEL_CONFIG_UNREADABLE'],
    [' '.repeat(modelLimits.configBytes + 1), 'MODEL_CONFIG_UNREADABLE'],
  ])('of %s are refused', async (text, code) => {
    await write(text);
    await expect(readEndTokens(folder, 40)).rejects.toMatchObject({ code });
  });
});
