import { describe, expect, it } from 'vitest';
import { planUpload } from './plan-upload';

const plan = (...names: readonly string[]) => {
  const planned = planUpload(names.map((name) => ({ name })));
  if (planned.kind === 'nothing') return 'nothing';
  if (planned.kind === 'body') return `body ${planned.file.name}`;
  return `${planned.files.map(({ name }) => name).join(' ')} without ${planned.leftOut}`;
};

describe('how files are sent', () => {
  it.each([
    ['one file, as a body', ['adapter.zip'], 'body adapter.zip'],
    ['one file of any kind, for the server tells what is wrong with it', ['notes.txt'], 'body notes.txt'],
    [
      'a folder, file by file',
      ['my/adapter_config.json', 'my/adapter_model.safetensors'],
      'my/adapter_config.json my/adapter_model.safetensors without 0',
    ],
    [
      'without what belongs to no adapter',
      ['README.md', 'adapter_config.json', 'model.safetensors', '._model.safetensors'],
      'adapter_config.json model.safetensors without 2',
    ],
    [
      'a folder of pickled weights, the first of them: it is refused with the reason',
      ['adapter_config.json', 'adapter_model.bin', 'optimizer.pt'],
      'adapter_model.bin without 2',
    ],
    ['safetensors before pickles', ['a.safetensors', 'optimizer.pt'], 'a.safetensors without 1'],
    ['nothing', [], 'nothing'],
    ['files of nobody', ['a.txt', 'b.txt'], 'nothing'],
  ])('%s', (_law, names, expected) => {
    expect(plan(...names)).toBe(expected);
  });
});
