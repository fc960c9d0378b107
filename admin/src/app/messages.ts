import { chartMessages } from '../charts/messages';
import { analysisMessages } from '../compare/analyses/messages';
import { compareChartMessages } from '../compare/charts/messages';
import { compareMessages } from '../compare/messages';
import { evaluateMessages } from '../evaluate/messages';
import { homeMessages } from '../home/messages';
import { fuseMessages } from '../fuse/messages';
import { runPageMessages } from '../run/messages';
import { adapterMessages } from '../resources/adapters/messages';
import { baseMessages } from '../resources/bases/messages';
import { evaluationMessages } from '../resources/evaluations/messages';
import { frameMessages } from '../resources/frames/messages';
import { jobMessages } from '../resources/jobs/messages';
import { pluginMessages } from '../resources/plugins/messages';
import { strategyMessages } from '../resources/strategies/messages';
import { sweepMessages } from '../resources/sweeps/messages';
import { taskMessages } from '../resources/tasks/messages';
import { runMessages } from '../resources/runs/messages';
import { uploadMessages } from '../upload/messages';
import { common } from '../i18n/common';
import { shellMessages } from './shell-messages';

/** One line a feature: its texts are found under `crucible.<name>.…`, `common` under `crucible.…`; resource names under `resources.<name>.…`. */
const features = {
  shell: shellMessages,
  home: homeMessages,
  compare: compareMessages,
  charts: chartMessages,
  compareCharts: compareChartMessages,
  analyses: analysisMessages,
  fuse: fuseMessages,
  run: runPageMessages,
  upload: uploadMessages,
  evaluate: evaluateMessages,
};
const resources = {
  runs: runMessages,
  sweeps: sweepMessages,
  adapters: adapterMessages,
  tasks: taskMessages,
  bases: baseMessages,
  frames: frameMessages,
  strategies: strategyMessages,
  plugins: pluginMessages,
  evaluations: evaluationMessages,
  jobs: jobMessages,
};

type Language = 'en' | 'de';
/** A tree of texts; what `ra-core` calls StringMap. */
interface Texts {
  [key: string]: Texts | string;
}

export function messagesOf(language: Language): Texts {
  const pick = (all: Readonly<Record<string, Readonly<Record<Language, Texts>>>>): Texts =>
    Object.fromEntries(Object.entries(all).map(([name, messages]) => [name, messages[language]]));
  return { crucible: { ...common[language], ...pick(features) }, resources: pick(resources) };
}
