// A training in a process of its own, for tests that kill it: prints the number of steps done after each. Arguments: kind, checkpoint path.
import { selectBackend } from '../backend/index.js';
import { smallAdapterTraining, smallFullTraining } from './small-training.testing.js';
import { trainAdapter } from './train-adapter.js';
import { trainFull } from './train-full.js';

const [, , kind, checkpointPath = ''] = process.argv;
const { tf } = await selectBackend({ backend: 'wasm' });
const onProgress = ({ step }: { readonly step: number }): void => void process.stdout.write(`${step}\n`);
const checkpoint = { checkpointPath, checkpointEvery: 2, onProgress };
if (kind === 'full') await trainFull({ ...smallFullTraining(tf), ...checkpoint });
else await trainAdapter({ ...smallAdapterTraining(tf, kind === 'LORA' ? 'LORA' : 'L_LORA'), ...checkpoint });
