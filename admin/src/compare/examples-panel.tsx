import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import LinearProgress from '@mui/material/LinearProgress';
import Stack from '@mui/material/Stack';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import Typography from '@mui/material/Typography';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslate } from 'react-admin';
import { PlainTable } from '../fields/plain-table';
import { Section } from '../fields/section';
import { expectType } from '../graphql/expect-type';
import { request } from '../graphql/request';
import type { CellKey, ComparisonState, ShownExamples } from './comparison-state';
import { CHANGES, outcomesInput, outcomesQuery, PAGE, type Outcomes } from './outcomes-query';

interface ExamplesPanelProps {
  readonly cell: CellKey;
  /** Of the subject and of the task. */
  readonly name: string;
  readonly task: string;
  readonly state: ComparisonState;
  readonly change: (part: Partial<ComparisonState>) => void;
}

type Example = Outcomes['examples'][number];
const KINDS: readonly ShownExamples[] = ['flips', 'won', 'lost', 'right', 'wrong'];
/** Of a word, a sign before it: which way an example flipped is told by sign and word, never by colour alone. */
const SIGNS: Readonly<Record<Example['change'], string>> = { WON: '▲', LOST: '▼', BOTH_RIGHT: '✓', BOTH_WRONG: '✗' };
const SIDE = 72;

/** Which examples of a task a subject and its reference answered differently, as pictures or texts. */
export default function ExamplesPanel({ cell, name, task, state, change }: ExamplesPanelProps) {
  const translate = useTranslate();
  const say = (key: string, values: object = {}): string => translate(`crucible.compare.examples.${key}`, values);
  const input = outcomesInput(cell, state);
  const { data, error, isFetching } = useQuery({
    queryKey: ['runs', 'outcomes', input],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => expectType((await request(outcomesQuery, { input }, signal)).outcomes, 'Outcomes'),
  });
  const { examples, skip } = state;
  const countOf = (kind: ShownExamples): number =>
    (data?.counts ?? []).reduce((sum, { change: each, count }) => sum + (CHANGES[kind].includes(each) ? count : 0), 0);
  return (
    <Section title={say('title', { name, task })}>
      <ToggleButtonGroup
        exclusive
        size="small"
        value={examples}
        aria-label={say('which')}
        onChange={(_event, kind: ShownExamples | null) => kind && change({ examples: kind })}
        sx={{ flexWrap: 'wrap', mb: 1.5 }}
      >
        {KINDS.map((kind) => (
          <ToggleButton key={kind} value={kind}>
            {say(`kinds.${kind}`)}
            {data ? ` (${countOf(kind)})` : ''}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      <Box sx={{ height: 4 }}>{isFetching ? <LinearProgress aria-hidden /> : null}</Box>
      {error ? <Alert severity="warning">{error.message}</Alert> : null}
      {data && !error ? (
        <>
          <Typography variant="body2" aria-live="polite" sx={{ my: 1 }}>
            {data.examples.length === 0
              ? say('none')
              : say('shown', { from: skip + 1, to: skip + data.examples.length, all: data.totalCount })}
          </Typography>
          <Examples examples={data.examples} say={say} />
          {skip > 0 || data.next !== null ? (
            <Stack direction="row" sx={{ gap: 1, mt: 1 }}>
              <Button size="small" disabled={skip === 0} onClick={() => change({ skip: Math.max(0, skip - PAGE) })}>
                {say('previous')}
              </Button>
              <Button size="small" disabled={data.next === null} onClick={() => change({ skip: data.next ?? 0 })}>
                {say('next')}
              </Button>
            </Stack>
          ) : null}
        </>
      ) : null}
      <Button size="small" onClick={() => change({ cell: undefined, skip: 0 })} sx={{ mt: 1 }}>
        {say('close')}
      </Button>
    </Section>
  );
}

interface ExamplesProps {
  readonly examples: readonly Example[];
  readonly say: (key: string, values?: object) => string;
}

function Examples({ examples, say }: ExamplesProps) {
  const word = (change: Example['change']): string => `${SIGNS[change]} ${say(`changes.${change}`)}`;
  if (examples.length > 0 && examples.every(({ sample }) => sample.image === null)) {
    const names = examples[0]!.sample.texts.map(({ name }) => name);
    return (
      <PlainTable
        caption={say('which')}
        maxHeight={480}
        columns={[
          { title: say('place'), numeric: true },
          ...names.map((title) => ({ title })),
          { title: say('expected') },
          { title: say('change') },
        ]}
        rows={examples.map(({ change, sample: { position, label, texts } }) => ({
          id: String(position),
          cells: [position, ...texts.map(({ text }) => text), label, word(change)],
        }))}
      />
    );
  }
  return (
    <Box component="ul" sx={{ m: 0, p: 0, listStyle: 'none', display: 'flex', flexWrap: 'wrap', gap: 1.5 }}>
      {examples.map(({ change, sample: { position, label, image } }) => (
        <Box component="li" key={position} sx={{ width: SIDE + 16, fontSize: 12, overflowWrap: 'anywhere' }}>
          {image ? (
            <Box
              component="img"
              src={image.address}
              alt={say('picture', { position, label })}
              sx={{
                display: 'block',
                width: SIDE,
                height: (SIDE * image.height) / image.width,
                border: 1,
                borderColor: 'divider',
                imageRendering: image.width < SIDE ? 'pixelated' : 'auto',
              }}
            />
          ) : null}
          <div>{label}</div>
          <div>{word(change)}</div>
        </Box>
      ))}
    </Box>
  );
}
