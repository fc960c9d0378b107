import { modelErrors } from './errors.js';
import type { Architecture } from './model.js';

/**
 * The same updates under the names that the model's parameters have. An adapter names a layer as the class did that it was trained with: with the prefix of
 * the inner model (`bert.encoder.layer.0…`) or without it, or as a later version of transformers has renamed it (`ModelFamily.moduleAlias`).
 *
 * A layer is found under its own name, or else under the one name that ends with it, or that it ends with, between dots.
 *
 * @throws modelErrors.adapterMismatched where no layer, or more than one, goes by that name, or two updates go to one layer
 */
export function resolveUpdates<T>(
  { parameterSpecs, moduleAlias }: Pick<Architecture, 'parameterSpecs' | 'moduleAlias'>,
  updates: ReadonlyMap<string, T>,
): ReadonlyMap<string, T> {
  const names = new Set<string>();
  // An update is of a weight, and called by its layer, or of another parameter, and called by its whole name.
  for (const name of parameterSpecs.keys()) {
    names.add(name);
    if (name.endsWith('.weight')) names.add(name.slice(0, -'.weight'.length));
  }
  if ([...updates.keys()].every((module) => names.has(module))) return updates;
  const resolved = new Map<string, T>();
  for (const [module, update] of updates) {
    const found = names.has(module) ? module : findModule(names, moduleAlias(module));
    if (found === undefined || resolved.has(found)) {
      const got = found === undefined ? 'the model has no such layer' : `another module is its layer ${found} too`;
      throw modelErrors.adapterMismatched({ module, got, expected: 'one layer of the model' });
    }
    resolved.set(found, update);
  }
  return resolved;
}

function findModule(names: ReadonlySet<string>, module: string): string | undefined {
  if (names.has(module)) return module;
  const outer = [...names].filter((name) => name.endsWith(`.${module}`));
  if (outer.length === 1) return outer[0];
  if (outer.length > 1) return undefined;
  for (let dot = module.indexOf('.'); dot >= 0; dot = module.indexOf('.', dot + 1)) {
    const inner = module.slice(dot + 1);
    if (names.has(inner)) return inner;
  }
  return undefined;
}
