import { defineMessages } from '../i18n/define-messages';

export const homeMessages = defineMessages(
  {
    holds: 'What this workspace holds',
    running: 'Running now',
    idle: 'Nothing is running.',
    waiting: '%{count} more are waiting.',
    best: 'Best fused models',
    bestHelp: 'The best mean among the newest runs that were scored on the same tasks.',
    tasks: '%{smart_count} task |||| %{smart_count} tasks',
    mean: 'Mean',
    worst: 'Worst task',
    attention: 'Needs attention',
    plugins: '%{count} plugins cannot be used.',
    failed: 'Failed: %{name}',
    empty: 'There is nothing here yet. Start with the demo workspace (npm start), or import an adapter over the API.',
    none: 'Nothing has been fused and scored yet.',
  },
  {
    holds: 'Was dieser Arbeitsbereich enthält',
    running: 'Läuft gerade',
    idle: 'Nichts läuft.',
    waiting: '%{count} weitere warten.',
    best: 'Beste fusionierte Modelle',
    bestHelp: 'Das beste Mittel unter den neuesten Fusionen, die auf denselben Aufgaben bewertet wurden.',
    tasks: '%{smart_count} Aufgabe |||| %{smart_count} Aufgaben',
    mean: 'Mittel',
    worst: 'Schlechteste Aufgabe',
    attention: 'Braucht Aufmerksamkeit',
    plugins: '%{count} Erweiterungen sind nicht verwendbar.',
    failed: 'Gescheitert: %{name}',
    empty:
      'Hier ist noch nichts. Beginnen Sie mit dem Demo-Arbeitsbereich (npm start), oder importieren Sie einen Adapter über die API.',
    none: 'Noch ist nichts fusioniert und bewertet.',
  },
);
