import { defineMessages } from '../../i18n/define-messages';

export const pluginMessages = defineMessages(
  {
    name: 'Plugin |||| Plugins',
    empty: 'No plugin is installed.',
    facts: 'What it is',
    strategies: 'Strategies',
    status: { LOADED: 'Loaded', FAILED: 'Failed', INCOMPATIBLE: 'Incompatible' },
    fields: {
      name: 'Package',
      version: 'Version',
      status: 'Status',
      licence: 'Licence',
      strategies: 'Strategies',
      reason: 'Reason',
      sdkRange: 'SDK',
      installed: 'Installed',
    },
  },
  {
    name: 'Erweiterung |||| Erweiterungen',
    empty: 'Keine Erweiterung ist installiert.',
    facts: 'Was sie ist',
    strategies: 'Strategien',
    status: { LOADED: 'Geladen', FAILED: 'Gescheitert', INCOMPATIBLE: 'Unverträglich' },
    fields: {
      name: 'Paket',
      version: 'Version',
      status: 'Stand',
      licence: 'Lizenz',
      strategies: 'Strategien',
      reason: 'Grund',
      sdkRange: 'SDK',
      installed: 'Installiert',
    },
  },
);
