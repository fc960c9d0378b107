import { defineMessages } from '../i18n/define-messages';

export const evaluateMessages = defineMessages(
  {
    title: 'Score it',
    tasks: 'Tasks',
    split: 'Split',
    none: 'No task has a classifier for this base: nothing can be scored yet.',
    score: 'Score on %{smart_count} task |||| Score on %{smart_count} tasks',
    all: 'All of them',
    queued: '%{smart_count} evaluation |||| %{smart_count} evaluations',
  },
  {
    title: 'Bewerten',
    tasks: 'Aufgaben',
    split: 'Teil',
    none: 'Keine Aufgabe hat einen Klassifikator für diese Basis: Noch lässt sich nichts bewerten.',
    score: 'Auf %{smart_count} Aufgabe bewerten |||| Auf %{smart_count} Aufgaben bewerten',
    all: 'Alle',
    queued: '%{smart_count} Bewertung |||| %{smart_count} Bewertungen',
  },
);
