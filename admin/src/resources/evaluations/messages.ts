import { defineMessages } from '../../i18n/define-messages';

export const evaluationMessages = defineMessages(
  {
    name: 'Evaluation |||| Evaluations',
    empty: 'Nothing has been scored yet.',
    fields: {
      model: 'Model',
      task: 'Task',
      split: 'Split',
      state: 'State',
      value: 'Score',
      interval: 'Interval',
      n: 'Examples',
      base: 'Base',
      run: 'Fusion run',
      createdAt: 'Asked for',
      took: 'Took',
    },
    filters: { states: 'States', tasks: 'Tasks', adapters: 'Adapters', split: 'Split' },
  },
  {
    name: 'Bewertung |||| Bewertungen',
    empty: 'Noch ist nichts bewertet.',
    fields: {
      model: 'Modell',
      task: 'Aufgabe',
      split: 'Teil',
      state: 'Stand',
      value: 'Ergebnis',
      interval: 'Intervall',
      n: 'Beispiele',
      base: 'Basis',
      run: 'Fusion',
      createdAt: 'Angefragt',
      took: 'Dauer',
    },
    filters: { states: 'Stand', tasks: 'Aufgaben', adapters: 'Adapter', split: 'Teil' },
  },
);
