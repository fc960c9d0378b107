import { defineError } from '../../errors/index.js';

/** What can be missing when a TensorFlow of this machine is linked. Each names the thing and the command that brings it. */
export const linkErrors = {
  platform: defineError({
    code: 'LINK_PLATFORM',
    summary: 'Linking TensorFlow works on Linux and macOS.',
    remedy: 'On Windows use WSL 2, or npm run backend:add -- tensorflow-gpu, or stay on WASM.',
    message: (d: { readonly got: string }) => `cannot link TensorFlow on ${d.got}; expected linux or darwin.`,
  }),
  pythonMissing: defineError({
    code: 'LINK_PYTHON_MISSING',
    summary: 'The Python that TensorFlow is looked for in does not run.',
    remedy: 'Give the interpreter of the environment that has TensorFlow: --python PATH; or --lib DIR for a C library.',
    message: (d: { readonly python: string; readonly why: string }) => `${d.python} does not run: ${d.why}.`,
  }),
  tensorflowMissing: defineError({
    code: 'LINK_TENSORFLOW_MISSING',
    summary: 'That Python has no TensorFlow.',
    remedy:
      'pip install tensorflow-cpu (or "tensorflow[and-cuda]" for a CUDA device) in that environment, and link again with --python PATH.',
    message: (d: { readonly python: string }) => `${d.python} has no package tensorflow.`,
  }),
  tensorflowTooOld: defineError({
    code: 'LINK_TENSORFLOW_TOO_OLD',
    summary: 'That TensorFlow is older than what Crucible links.',
    remedy: 'pip install --upgrade tensorflow-cpu (or "tensorflow[and-cuda]").',
    message: (d: { readonly got: string; readonly least: string }) =>
      `TensorFlow ${d.got} is too old; ${d.least} or later is needed.`,
  }),
  libraryMissing: defineError({
    code: 'LINK_LIBRARY_MISSING',
    summary: 'The folder has no shared library of TensorFlow.',
    remedy:
      'Give a folder that has libtensorflow_cc or libtensorflow with libtensorflow_framework, in it or in its lib/: the package of a Python TensorFlow, or an unpacked libtensorflow.',
    message: (d: { readonly folder: string; readonly expected: readonly string[] }) =>
      `${d.folder} has none of ${d.expected.join(', ')}.`,
  }),
  headersMissing: defineError({
    code: 'LINK_HEADERS_MISSING',
    summary: 'The headers of TensorFlow’s C API are not beside its libraries.',
    remedy:
      'Use an installation with include/tensorflow/c/c_api.h: every pip wheel and every libtensorflow archive has it.',
    message: (d: { readonly folder: string }) => `${d.folder} has no include/tensorflow/c/c_api.h.`,
  }),
  compilerMissing: defineError({
    code: 'LINK_COMPILER_MISSING',
    summary: 'There is no C++ compiler.',
    remedy:
      'Debian and Ubuntu: apt-get install g++; Fedora: dnf install gcc-c++; macOS: xcode-select --install. Or set CXX.',
    message: (d: { readonly compiler: string }) => `${d.compiler} is not installed.`,
  }),
  compilationFailed: defineError({
    code: 'LINK_COMPILATION_FAILED',
    summary: 'The addon does not compile against this TensorFlow.',
    remedy: 'Read the compiler’s words in the message; another release of TensorFlow may do.',
    message: (d: { readonly output: string }) => `the addon does not compile: ${d.output}`,
  }),
  sourcesMissing: defineError({
    code: 'LINK_SOURCES_MISSING',
    summary: 'npm could not bring the sources of the addon.',
    remedy: 'Check that npm reaches its registry (npm ping), and link again.',
    message: (d: { readonly packages: readonly string[]; readonly why: string }) =>
      `npm pack ${d.packages.join(' ')} failed: ${d.why}`,
  }),
  probeFailed: defineError({
    code: 'LINK_PROBE_FAILED',
    summary: 'The linked TensorFlow does not compute as it should; nothing was kept.',
    remedy: 'Read what it said; link another TensorFlow, or stay on WASM.',
    message: (d: { readonly why: string }) => `the linked TensorFlow failed its check: ${d.why}`,
  }),
  gpuMissing: defineError({
    code: 'LINK_GPU_MISSING',
    summary: 'A CUDA device was asked for, and TensorFlow finds none.',
    remedy:
      'nvidia-smi must list the device; install "tensorflow[and-cuda]" (which brings CUDA and cuDNN), or link without --gpu.',
    message: (d: { readonly libraries: string }) => `TensorFlow in ${d.libraries} finds no CUDA device.`,
  }),
} as const;
