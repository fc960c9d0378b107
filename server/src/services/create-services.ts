import { planExperiment } from '../experiments/plan-experiment.js';
import { runExperiment } from '../experiments/run-experiment.js';
import { evaluate } from './evaluate.js';
import { fuse } from './fuse.js';
import { importWorkspace } from './import-workspace.js';
import { cancel, findJob, remove, retry } from './manage-jobs.js';
import { normalize, origins } from './references.js';
import type { ServiceContext } from './service-context.js';
import type { Services } from './services.js';
import { sweep } from './sweep.js';
import { trainAdapter } from './train-adapter.js';

export function createServices(context: ServiceContext): Services {
  return {
    fuse: (em, input) => fuse(em, context, input),
    sweep: (em, input) => sweep(em, context, input),
    evaluate: (em, input) => evaluate(em, context, input),
    planExperiment: (em, input) => planExperiment(em, context, input),
    runExperiment: (em, input) => runExperiment(em, context, input),
    trainAdapter: (em, input) => trainAdapter(em, context, input),
    cancel: (em, id) => cancel(em, context.queue, id),
    retry: (em, id) => retry(em, context.queue, id),
    remove: (em, id) => remove(em, id),
    findJob,
    normalize,
    origins,
    importWorkspace: (em, directory) => importWorkspace(em, context, directory),
  };
}
