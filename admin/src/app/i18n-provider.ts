import polyglotI18nProvider from 'ra-i18n-polyglot';
import type { I18nProvider } from 'react-admin';
import english from 'ra-language-english';
import { german } from '../i18n/react-admin-german';
import { messagesOf } from './messages';

const locales = [
  { locale: 'en', name: 'English' },
  { locale: 'de', name: 'Deutsch' },
];

/** The language of the browser where the console speaks it; English otherwise. What was chosen by hand is kept by react-admin's store. */
const preferred = (): string => (navigator.language.toLowerCase().startsWith('de') ? 'de' : 'en');

export const i18nProvider: I18nProvider = polyglotI18nProvider(
  (locale) => (locale === 'de' ? { ...german, ...messagesOf('de') } : { ...english, ...messagesOf('en') }),
  preferred(),
  locales,
);
