// Adds a native backend to this checkout: `npm run backend:add -- webgpu` or `-- tensorflow-gpu`.
// They are optional peers, not dependencies: nobody downloads hundreds of megabytes that they did not ask for
// (docs/decisions/0002-native-backends.md).
import { spawnSync } from 'node:child_process';

const backends = {
  webgpu: {
    packages: ['webgpu@0.6.2', '@tensorflow/tfjs-backend-webgpu@4.22.0'],
    scripts: [],
    note: 'needs a Vulkan, Metal or D3D12 driver',
  },
  'tensorflow-gpu': {
    packages: ['@tensorflow/tfjs-node-gpu@4.22.0'],
    scripts: ['@tensorflow/tfjs-node-gpu'],
    note: 'downloads a libtensorflow of 2022 built for CUDA 11; on a machine without an NVIDIA GPU it computes on the CPU',
  },
};

const name = process.argv[2];
const backend = backends[name];
if (!backend) {
  console.error(`Which backend? Got ${name ?? 'none'}; choose one of: ${Object.keys(backends).join(', ')}.`);
  process.exit(2);
}

const run = (command, args) =>
  spawnSync(command, args, { stdio: 'inherit', shell: process.platform === 'win32' }).status ?? 1;
console.log(
  `Adding ${backend.packages.join(' and ')} (${backend.note}). package.json and the lock file stay as they are.`,
);
let status = run('npm', ['install', '--no-save', '--no-package-lock', ...backend.packages]);
if (status === 0 && backend.scripts.length > 0)
  status = run('npm', ['rebuild', '--ignore-scripts=false', ...backend.scripts]);
if (status === 0) status = run(process.execPath, ['tools/show-backend.js', name]);
if (status !== 0) {
  console.error(
    `${name} could not be installed or does not compute here. Nothing else is affected: Crucible goes on with WASM.\n` +
      'Behind a firewall the download of libtensorflow fails; see docs/backends.md.',
  );
}
process.exit(status);
