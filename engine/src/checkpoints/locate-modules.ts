import { renamedModule } from '../models/vit/renamed-module.js';
import { checkpointErrors } from './errors.js';
import { checkpointLimits } from './limits.js';
import type { Checkpoint } from './open-checkpoint.js';

/** Heads that wrap a base model: PEFT names modules as the wrapped model has them, and a folder may hold the inner model alone, or the reverse. */
const WRAPPERS = [
  'model',
  'transformer',
  'gpt_neox',
  'bert',
  'roberta',
  'vit',
  'base_model',
  'language_model',
  'encoder',
];

/**
 * The tensor of the base that each module of an adapter changes: `<module>.weight`. Where the base was saved with or without the wrapper that the
 * adapter was trained under (GPT-2 is published as `h.0…`, trained as `transformer.h.0…`), one prefix is taken off or put before all names alike.
 *
 * @throws CHECKPOINT_MODULE_UNKNOWN naming the modules that no such change finds
 */
export function locateModules(
  base: Checkpoint,
  modules: readonly string[],
  tensorOf = weightOf,
): ReadonlyMap<string, string> {
  const { tensors } = base.source;
  let missing: readonly string[] = modules;
  for (const rename of renames(modules)) {
    const found = new Map(modules.map((module) => [module, tensorOf(rename(module))]));
    const unknown = modules.filter((module) => !tensors.has(found.get(module)!));
    if (unknown.length === 0) return found;
    if (unknown.length < missing.length) missing = unknown;
  }
  const shown = missing.slice(0, checkpointLimits.namedTensors);
  throw checkpointErrors.moduleUnknown({ folder: base.folder, modules: shown, count: missing.length });
}

const weightOf = (module: string): string => `${module}.weight`;

function renames(modules: readonly string[]): readonly ((module: string) => string)[] {
  const [first] = modules[0]?.split('.') ?? [];
  const stripped = (module: string): string => module.slice(first!.length + 1);
  const shared =
    first !== undefined && WRAPPERS.includes(first) && modules.every((module) => module.startsWith(`${first}.`));
  return [
    (module) => module,
    renamedModule,
    ...(shared ? [stripped] : []),
    ...WRAPPERS.map((prefix) => (module: string) => `${prefix}.${module}`),
  ];
}
