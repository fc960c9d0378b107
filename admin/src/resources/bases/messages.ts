import { defineMessages } from '../../i18n/define-messages';

export const baseMessages = defineMessages(
  {
    name: 'Base |||| Bases',
    empty: 'There are no bases yet.',
    facts: 'What it is',
    frames: 'Tangent frames',
    frame: 'rank %{rank}, scale %{scale}, %{modules} modules',
    adapters: 'Newest adapters',
    allAdapters: 'All adapters of this base',
    fields: {
      name: 'Name',
      architecture: 'Architecture',
      parameters: 'Parameters',
      size: 'Size',
      imageSize: 'Image size',
      digest: 'SHA-256',
      createdAt: 'Since',
    },
  },
  {
    name: 'Basis |||| Basen',
    empty: 'Noch gibt es keine Basen.',
    facts: 'Was sie ist',
    frames: 'Tangentialrahmen',
    frame: 'Rang %{rank}, Skala %{scale}, %{modules} Module',
    adapters: 'Neueste Adapter',
    allAdapters: 'Alle Adapter dieser Basis',
    fields: {
      name: 'Name',
      architecture: 'Architektur',
      parameters: 'Parameter',
      size: 'Größe',
      imageSize: 'Bildgröße',
      digest: 'SHA-256',
      createdAt: 'Seit',
    },
  },
);
