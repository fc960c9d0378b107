import { chartMessages } from '../charts/messages';
import { compareChartMessages } from '../compare/charts/messages';
import { compareMessages } from '../compare/messages';
import { homeMessages } from '../home/messages';
import { fuseMessages } from '../fuse/messages';
import { adapterMessages } from '../resources/adapters/messages';
import { baseMessages } from '../resources/bases/messages';
import { jobMessages } from '../resources/jobs/messages';
import { pluginMessages } from '../resources/plugins/messages';
import { strategyMessages } from '../resources/strategies/messages';
import { taskMessages } from '../resources/tasks/messages';
import { runMessages } from '../resources/runs/messages';
import { common } from '../i18n/common';
import { shellMessages } from './shell-messages';

/** One line a feature: its texts are found under `crucible.<name>.…`, `common` under `crucible.…`; resource names under `resources.<name>.…`. */
const features = {
  shell: shellMessages,
  home: homeMessages,
  compare: compareMessages,
  charts: chartMessages,
  compareCharts: compareChartMessages,
  fuse: fuseMessages,
};
const resources = {
  runs: runMessages,
  adapters: adapterMessages,
  tasks: taskMessages,
  bases: baseMessages,
  strategies: strategyMessages,
  plugins: pluginMessages,
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
