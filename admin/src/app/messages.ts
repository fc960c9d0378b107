import { chartMessages } from '../charts/messages';
import { compareChartMessages } from '../compare/charts/messages';
import { compareMessages } from '../compare/messages';
import { fuseMessages } from '../fuse/messages';
import { adapterMessages } from '../resources/adapters/messages';
import { runMessages } from '../resources/runs/messages';
import { common } from '../i18n/common';
import { shellMessages } from './shell-messages';

/** One line a feature: its texts are found under `crucible.<name>.…`, `common` under `crucible.…`; resource names under `resources.<name>.…`. */
const features = {
  shell: shellMessages,
  compare: compareMessages,
  charts: chartMessages,
  compareCharts: compareChartMessages,
  fuse: fuseMessages,
};
const resources = { runs: runMessages, adapters: adapterMessages };

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
