import { defineMessages } from '../i18n/define-messages';

export const chartMessages = defineMessages(
  {
    table: 'The same as a table',
    png: 'PNG',
    svg: 'SVG',
    save: 'Save the chart as %{format}',
    failed: 'The chart could not be drawn: %{reason}',
  },
  {
    table: 'Dasselbe als Tabelle',
    png: 'PNG',
    svg: 'SVG',
    save: 'Das Diagramm als %{format} speichern',
    failed: 'Das Diagramm ließ sich nicht zeichnen: %{reason}',
  },
);
