/** Best first. `tensorflow-cpu` is the same package as `tensorflow-gpu`, where it finds no GPU. */
export const BACKEND_ORDER = ['tensorflow-gpu', 'webgpu', 'tensorflow-cpu', 'wasm', 'cpu'] as const;

export type BackendName = (typeof BACKEND_ORDER)[number];

export const isBackendName = (name: string): name is BackendName => (BACKEND_ORDER as readonly string[]).includes(name);
