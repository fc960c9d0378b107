// Which operations each backend runs by kernels of its own, asked of the kernel registry: the table of docs/backends.md. A backend that does not work here is left out.
import { selectBackend } from '@crucible/engine/backend';
import { registerMergeKernels } from '@crucible/engine/kernels';
import { fusedOperations } from '../engine/dist/models/operations/fused-operations.js';
import { hasHostMemory } from '../engine/dist/models/operations/host-kernel.js';

/** What the engine asks of tfjs, by the names of its kernels. */
const OPERATIONS = {
  'matrix product': ['BatchMatMul', '_FusedMatMul'],
  'arithmetic, comparison': [
    'Add',
    'Sub',
    'Multiply',
    'RealDiv',
    'AddN',
    'Greater',
    'GreaterEqual',
    'LessEqual',
    'Equal',
    'Select',
    'Maximum',
  ],
  'elementwise functions': ['Abs', 'Exp', 'Log', 'Sqrt', 'Rsqrt', 'Square', 'Sigmoid', 'Tanh', 'Step'],
  'error function (gelu)': ['Erf'],
  'sign (election)': ['Sign'],
  'sums, means, extremes': ['Sum', 'Mean', 'Max', 'ArgMax'],
  'running sum (ties of a trim)': ['Cumsum'],
  softmax: ['Softmax'],
  'log-softmax': ['LogSoftmax'],
  shapes: ['Reshape', 'Transpose', 'Slice', 'Concat', 'Pack', 'Tile', 'Cast', 'StridedSlice'],
  'rows by index': ['GatherV2'],
  'sums into rows': ['ScatterNd'],
  'trim by a k-th magnitude (ours)': ['CrucibleTrim'],
  'sign election with disjoint merge (ours)': ['CrucibleMergeDisjoint'],
};
const FUSED = ['layerNorm', 'rmsNorm', 'attention', 'rotate', 'pickRows', 'columnSums'];

const columns = [];
for (const name of ['cpu', 'wasm', 'tensorflow-cpu', 'tensorflow-gpu', 'webgpu']) {
  let backend;
  try {
    backend = await selectBackend({ backend: name });
  } catch {
    continue;
  }
  const { tf } = backend;
  registerMergeKernels(tf);
  const has = (kernel) => tf.getKernel(kernel, tf.getBackend()) !== undefined;
  const cells = Object.values(OPERATIONS).map((kernels) => {
    const missing = kernels.filter((kernel) => !has(kernel));
    if (missing.length === 0) return 'native';
    return missing.length === kernels.length ? 'composed' : `native but ${missing.join(', ')}`;
  });
  const composed = fusedOperations(tf);
  const own = hasHostMemory(tf);
  columns.push({
    name,
    cells: [...cells, ...FUSED.filter((key) => key in composed).map(() => (own ? 'one kernel' : 'composed'))],
  });
  backend.dispose();
}
const rows = [...Object.keys(OPERATIONS), ...FUSED.map((name) => `${name} and its gradient (ours)`)];
console.log(`| operation | ${columns.map(({ name }) => name).join(' | ')} |`);
console.log(`| --- |${' --- |'.repeat(columns.length)}`);
rows.forEach((row, i) => console.log(`| ${[row, ...columns.map(({ cells }) => cells[i])].join(' | ')} |`));
process.exit(0);
