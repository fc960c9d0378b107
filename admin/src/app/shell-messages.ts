import { defineMessages } from '../i18n/define-messages';

export const shellMessages = defineMessages(
  {
    dark: 'Dark theme',
    light: 'Light theme',
    language: 'Deutsch',
    api: 'GraphQL API',
    navigation: 'Pages',
    notFound: 'There is no page at this address.',
  },
  {
    dark: 'Dunkles Thema',
    light: 'Helles Thema',
    language: 'English',
    api: 'GraphQL-API',
    navigation: 'Seiten',
    notFound: 'Unter dieser Adresse gibt es keine Seite.',
  },
);
