import { execFile } from 'node:child_process';
import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { linkErrors } from './errors.js';

const run = promisify(execFile);

/** The shared libraries and headers of one TensorFlow. */
export interface TensorFlowInstallation {
  readonly version: string | null;
  readonly libraries: string;
  /** File names in `libraries` to link with, the one that has the C API first. */
  readonly files: readonly string[];
  readonly include: string;
}

/** Since this one the wheels have the C API in libtensorflow_cc beside libtensorflow_framework, for a CUDA of today. */
const LEAST: readonly [number, number] = [2, 16];

/** Without importing it: that takes seconds, and prints. */
const LOCATE = `
import importlib.metadata, importlib.util, json
spec = importlib.util.find_spec("tensorflow")
version = None
for name in ("tensorflow", "tensorflow-cpu", "tensorflow-gpu", "tensorflow-macos", "tensorflow-rocm", "tf-nightly"):
    try:
        version = version or importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        pass
print(json.dumps({"folder": list(spec.submodule_search_locations)[0] if spec else None, "version": version}))
`;

/**
 * The TensorFlow of a Python environment.
 *
 * @throws linkErrors.pythonMissing, tensorflowMissing, tensorflowTooOld, libraryMissing, headersMissing
 */
export async function findInPython(python: string): Promise<TensorFlowInstallation> {
  const { folder, version } = await ask(python);
  if (folder === null) throw linkErrors.tensorflowMissing({ python });
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
  if (version !== null && (major < LEAST[0] || (major === LEAST[0] && minor < LEAST[1]))) {
    throw linkErrors.tensorflowTooOld({ got: version, least: LEAST.join('.') });
  }
  return findInFolder(folder, version);
}

async function ask(python: string): Promise<{ readonly folder: string | null; readonly version: string | null }> {
  try {
    // From another folder than the current one, whose files Python would take for packages.
    const { stdout } = await run(python, ['-c', LOCATE], { cwd: '/' });
    return JSON.parse(stdout) as { folder: string | null; version: string | null };
  } catch (error) {
    const { code, message } = error as { readonly code?: unknown; readonly message: string };
    const why = code === 'ENOENT' ? 'there is no such program' : (message.trim().split('\n').at(-1) ?? message);
    throw linkErrors.pythonMissing({ python, why }, error);
  }
}

/**
 * The TensorFlow of a folder: a Python package's, or a C library's with `lib` and `include`.
 *
 * @throws linkErrors.libraryMissing, headersMissing
 */
export async function findInFolder(folder: string, version: string | null = null): Promise<TensorFlowInstallation> {
  const expected = process.platform === 'darwin' ? MAC_FILES : LINUX_FILES;
  for (const libraries of [folder, join(folder, 'lib')]) {
    const names = new Set(await readdir(libraries).catch(() => []));
    const files = expected.find((wanted) => wanted.every((name) => names.has(name)));
    if (files === undefined) continue;
    const include = join(folder, 'include');
    await access(join(include, 'tensorflow', 'c', 'c_api.h')).catch(() => {
      throw linkErrors.headersMissing({ folder });
    });
    return { version, libraries, files, include };
  }
  throw linkErrors.libraryMissing({ folder, expected: expected.map(([first]) => first!) });
}

const LINUX_FILES: readonly (readonly string[])[] = [
  ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'],
  ['libtensorflow.so.2', 'libtensorflow_framework.so.2'],
];
const MAC_FILES: readonly (readonly string[])[] = [
  ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib'],
  ['libtensorflow.2.dylib', 'libtensorflow_framework.2.dylib'],
];
