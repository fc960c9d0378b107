import { modelErrors } from './errors.js';
import { RAW_PREPROCESSING, type Preprocessing } from './extract-patches.js';

/**
 * The normalization of Hugging Face's `preprocessor_config.json`: `image_mean` and `image_std` per channel unless `do_normalize` is false. Scaling to
 * another size is left out: images must have the model's size.
 */
export function parsePreprocessing(model: string, json: unknown, channels: number): Preprocessing {
  const fail = (field: string, got: unknown, expected: string) =>
    modelErrors.configUnsupported({ model, field, got: JSON.stringify(got) ?? 'absent', expected });
  if (typeof json !== 'object' || json === null) throw fail('preprocessor_config.json', json, 'an object');
  const fields = json as Readonly<Record<string, unknown>>;
  const rescale = fields['rescale_factor'] ?? 1 / 255;
  if (fields['do_rescale'] === false || typeof rescale !== 'number' || Math.abs(rescale * 255 - 1) > 1e-6) {
    throw fail('rescale_factor', rescale, '1/255');
  }
  if (fields['do_normalize'] === false) return RAW_PREPROCESSING;
  const perChannel = (field: string, least: number): readonly number[] => {
    const got = fields[field];
    const isList = Array.isArray(got) && got.length === channels;
    if (isList && got.every((x): x is number => typeof x === 'number' && Number.isFinite(x) && x > least)) return got;
    throw fail(field, got, `${channels} numbers above ${least}`);
  };
  return { mean: perChannel('image_mean', -1000), deviation: perChannel('image_std', 0) };
}
