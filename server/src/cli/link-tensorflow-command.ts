import { parseArgs } from 'node:util';
import { linkFolder, linkTensorFlow, unlinkTensorFlow } from '@crucible/engine/backend';
import type { Command } from './main.js';

const HELP = `Usage: npx crucible link-tensorflow [--python PATH | --lib DIR] [--gpu]
       npx crucible link-tensorflow --remove

  --python PATH   the interpreter of the environment that has TensorFlow 2.16 or later (default: python3)
  --lib DIR       a folder with libtensorflow and its include/ instead
  --gpu           fail unless TensorFlow finds a CUDA device
  --remove        forget the linked TensorFlow

The addon is built from npm's sources of @tensorflow/tfjs-node-gpu and remembered in ${linkFolder()}
(CRUCIBLE_TENSORFLOW overrides). TensorFlow itself stays where it is.`;

/** Links a TensorFlow of this machine, or forgets it. */
export const linkTensorFlowCommand: Command = async (argv) => {
  const options = {
    python: { type: 'string' },
    lib: { type: 'string' },
    gpu: { type: 'boolean', default: false },
    remove: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  let values: ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];
  try {
    ({ values } = parseArgs({ args: [...argv], options }));
  } catch (error) {
    return usageError((error as Error).message);
  }
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  if (values.python !== undefined && values.lib !== undefined) return usageError('give --python or --lib, not both');
  if (values.remove) {
    console.log((await unlinkTensorFlow()) ? 'The linked TensorFlow is forgotten.' : 'No TensorFlow was linked.');
    return 0;
  }
  const { python, lib, gpu } = values;
  const linked = await linkTensorFlow({ python, lib, gpu, onProgress: (step) => console.log(`${step} …`) });
  const { probe } = linked;
  const device = probe.gpu ? 'a CUDA device' : 'the CPU';
  console.log(
    `Linked TensorFlow ${linked.tensorflow ?? ''} on ${device}: ${probe.gigaflops.toFixed(0)} GFLOP/s, product to ${probe.productError.toExponential(0)}, gradient to ${probe.gradientError.toExponential(0)}.\n` +
      `Remembered in ${linked.folder}; npm run backend shows it, npx crucible link-tensorflow --remove undoes it.`,
  );
  return 0;
};

function usageError(problem: string): number {
  console.error(`${problem}\n\n${HELP}`);
  return 2;
}
