// Holds the suites of numerics on every backend that computes on this machine: `npm run test:backends`, `-- engine/src/kernels` for some of them.
// A software Vulkan counts where Dawn takes it (Chromium's SwiftShader is one; Debian 12's lavapipe it refuses): it is slow, and as strict as a card.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const suites = ['engine/src', 'plugins/sdk/src'];
const candidates = ['tensorflow-gpu', 'tensorflow-cpu', 'webgpu', 'wasm', 'cpu'];

/** Drivers that compute on the CPU, where systems and Chromium keep them. */
function* softwareVulkan() {
  const folders = [
    '/usr/share/vulkan/icd.d',
    '/etc/vulkan/icd.d',
    '/usr/lib/chromium',
    '/usr/lib/chromium-browser',
    '/opt/google/chrome',
  ];
  for (const folder of folders.filter((path) => existsSync(path))) {
    for (const file of readdirSync(folder)) {
      if (/^(lvp_icd|vk_swiftshader_icd).*\.json$/.test(file)) yield join(folder, file);
    }
  }
}

/** The environment with a driver; Chromium brings the loader along beside its own. */
const withDriver = (driver) => ({
  ...process.env,
  VK_ICD_FILENAMES: driver,
  LD_LIBRARY_PATH: [dirname(driver), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':'),
});

const probe = fileURLToPath(new URL('probe-backend.js', import.meta.url));
function computes(name, env) {
  const { status, stdout } = spawnSync(process.execPath, [probe, name], { env, encoding: 'utf8' });
  return { ok: status === 0, why: stdout.trim() || 'its process ended without a word' };
}

let env = process.env;
const present = candidates.filter((name) => {
  let answer = computes(name, env);
  if (name === 'webgpu' && !answer.ok) {
    // A card's own driver first; then those that compute on the CPU, of which Dawn does not take every one.
    for (const driver of softwareVulkan()) {
      const simulated = computes(name, withDriver(driver));
      if (!simulated.ok) continue;
      answer = simulated;
      env = withDriver(driver);
      break;
    }
  }
  console.log(`${answer.ok ? '✓' : '·'} ${name}: ${answer.why}`);
  return answer.ok;
});

const wanted = process.argv.slice(2);
const { status } = spawnSync('vitest', ['run', ...(wanted.length > 0 ? wanted : suites)], {
  stdio: 'inherit',
  env: { ...env, CRUCIBLE_TEST_BACKENDS: present.filter((name) => name !== 'wasm' && name !== 'cpu').join(',') },
});
process.exit(status ?? 1);
