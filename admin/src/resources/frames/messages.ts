import { defineMessages } from '../../i18n/define-messages';

export const frameMessages = defineMessages(
  {
    name: 'Tangent frame |||| Tangent frames',
    empty: 'There are no tangent frames yet.',
    facts: 'What it is',
    help: 'Adapters that leave A where the frame has it are all measured from one point: their updates add up exactly.',
    adapters: 'Adapters measured from it',
    modules: 'Target modules',
    fields: {
      name: 'Name',
      base: 'Base',
      rank: 'Rank',
      scale: 'Scale',
      modules: 'Modules',
      digest: 'SHA-256',
      createdAt: 'Since',
    },
  },
  {
    name: 'Tangentialrahmen |||| Tangentialrahmen',
    empty: 'Noch gibt es keine Tangentialrahmen.',
    facts: 'Was er ist',
    help: 'Adapter, die A so lassen, wie der Rahmen es hat, werden alle von einem Punkt aus gemessen: Ihre Änderungen addieren sich exakt.',
    adapters: 'Von ihm aus gemessene Adapter',
    modules: 'Zielmodule',
    fields: {
      name: 'Name',
      base: 'Basis',
      rank: 'Rang',
      scale: 'Skala',
      modules: 'Module',
      digest: 'SHA-256',
      createdAt: 'Seit',
    },
  },
);
