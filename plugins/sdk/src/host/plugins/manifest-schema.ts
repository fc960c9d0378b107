import { validRange } from 'semver';
import { z } from 'zod';
import { pluginLimits } from './plugin-limits.js';

const ids = (pattern: RegExp) => z.array(z.string().regex(pattern)).max(pluginLimits.announced);

/** The `"crucible"` key. Keys that a later SDK may add are let through, so that an older host can still say why it is incompatible. */
export const manifestSchema = z.object({
  sdk: z.string().refine((range) => validRange(range) !== null, 'must be a semver range such as "^0.1.0"'),
  entry: z
    .string()
    .regex(/^\.\/(?!(?:.*\/)?\.\.(?:\/|$)).+/, 'must be a path inside the package such as "./dist/index.js"'),
  strategies: ids(/^[a-z][a-zA-Z0-9]{0,63}$/).default([]),
  adapterMethods: ids(/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/).optional(),
  evaluators: ids(/^[a-z][a-zA-Z0-9]{0,63}$/).optional(),
});

/** What discovery reads of a package.json. */
export const packageSchema = z.object({
  name: z.string().min(1),
  version: z.string().default('0.0.0'),
  description: z.string().optional(),
  license: z.string().optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
  crucible: z.unknown().optional(),
});
export type PackageJson = z.output<typeof packageSchema>;
