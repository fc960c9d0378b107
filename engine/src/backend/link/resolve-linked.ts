import { createRequire, registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

const ours = createRequire(import.meta.url);

/** What newer Nodes took out of `util`, and tfjs-node 4.22 calls. */
const UTIL = `const util = require('node:util');
module.exports = { ...util, isArray: Array.isArray, isNullOrUndefined: (x) => x === null || x === undefined };`;
const UTIL_URL = 'crucible-linked:util';

/**
 * While `load` runs, modules in `folder` get this program's tfjs-core for `@tensorflow/tfjs`: two copies of it would register their kernels apart.
 * `util` has what Node 23 removed.
 */
export function withLinkedResolution<T>(folder: string, load: () => T): T {
  const inside = pathToFileURL(`${folder}/`).href;
  const core = pathToFileURL(ours.resolve('@tensorflow/tfjs-core')).href;
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      if (!context.parentURL?.startsWith(inside)) return next(specifier, context);
      if (specifier === '@tensorflow/tfjs' || specifier === '@tensorflow/tfjs-core') {
        return { url: core, format: 'commonjs', shortCircuit: true };
      }
      if (specifier === 'util') return { url: UTIL_URL, format: 'commonjs', shortCircuit: true };
      return next(specifier, context);
    },
    load(url, context, next) {
      return url === UTIL_URL ? { format: 'commonjs', source: UTIL, shortCircuit: true } : next(url, context);
    },
  });
  try {
    return load();
  } finally {
    hooks.deregister();
  }
}
