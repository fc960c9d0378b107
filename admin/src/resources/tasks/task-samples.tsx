import Box from '@mui/material/Box';
import LinearProgress from '@mui/material/LinearProgress';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslate } from 'react-admin';
import { BarTable } from '../../fields/bar-table';
import { ChoiceButtons } from '../../fields/choice-buttons';
import { ErrorAlert } from '../../fields/error-alert';
import { PlainTable } from '../../fields/plain-table';
import { Section } from '../../fields/section';
import { graphql } from '../../graphql/documents';
import type { Split, TaskSamplesQuery } from '../../graphql/generated/graphql';
import { request } from '../../graphql/request';

const taskSamples = graphql(`
  query TaskSamples($id: ID!, $split: Split!) {
    node(id: $id) {
      __typename
      ... on Task {
        id
        samples(split: $split, first: 24) {
          position
          label
          image {
            height
            width
            address
          }
          texts {
            name
            text
          }
        }
        classCounts(split: $split) {
          label
          count
        }
      }
    }
  }
`);

const SPLITS: readonly Split[] = ['TRAIN', 'VALIDATION', 'TEST'];
/** Pictures of few pixels are shown larger, with their pixels as they are. */
const SIDE = 72;

type Sample = Extract<NonNullable<TaskSamplesQuery['node']>, { readonly __typename: 'Task' }>['samples'][number];

function Examples({ samples }: { readonly samples: readonly Sample[] }) {
  const pictures = samples.filter(({ image }) => image !== null);
  return pictures.length > 0 ? <Pictures samples={pictures} /> : <Texts samples={samples} />;
}

function Pictures({ samples }: { readonly samples: readonly Sample[] }) {
  const translate = useTranslate();
  return (
    <Box component="ul" sx={{ m: 0, p: 0, listStyle: 'none', display: 'flex', flexWrap: 'wrap', gap: 1.5 }}>
      {samples.map(({ position, label, image }) => (
        <Box component="li" key={position} sx={{ width: SIDE }}>
          {image ? (
            <Box
              component="img"
              src={image.address}
              alt={translate('resources.tasks.sampleOf', { position, label })}
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
          <Box component="span" sx={{ fontSize: 12, overflowWrap: 'anywhere' }}>
            {label}
          </Box>
        </Box>
      ))}
    </Box>
  );
}

function Texts({ samples }: { readonly samples: readonly Sample[] }) {
  const translate = useTranslate();
  const names = samples[0]?.texts.map(({ name }) => name) ?? [];
  return (
    <PlainTable
      caption={translate('resources.tasks.samples')}
      maxHeight={480}
      columns={[
        { title: translate('resources.tasks.place'), numeric: true },
        ...names.map((title) => ({ title })),
        { title: translate('resources.tasks.expected') },
      ]}
      rows={samples.map(({ position, label, texts }) => ({
        id: String(position),
        cells: [position, ...texts.map(({ text }) => text), label],
      }))}
    />
  );
}

/** Examples as they are, and how many each class has. */
export function TaskSamples({ id }: { readonly id: string }) {
  const translate = useTranslate();
  const [split, setSplit] = useState<Split>('TEST');
  const { data, error } = useQuery({
    queryKey: ['tasks', 'samples', id, split],
    queryFn: ({ signal }) => request(taskSamples, { id, split }, signal),
    placeholderData: keepPreviousData,
    // The file of a task does not change.
    staleTime: Number.POSITIVE_INFINITY,
  });
  const task = data?.node?.__typename === 'Task' ? data.node : undefined;
  const say = (key: string): string => translate(`resources.tasks.${key}`);
  return (
    <>
      <Section title={say('samples')}>
        <ChoiceButtons
          label={translate('crucible.score.split')}
          choices={SPLITS}
          value={split}
          nameOf={(each) => translate(`crucible.split.${each}`)}
          onChange={setSplit}
        />
        {error ? <ErrorAlert error={error} /> : null}
        {task || error ? null : <LinearProgress aria-label={translate('ra.page.loading')} />}
        {task ? <Examples samples={task.samples} /> : null}
      </Section>
      {task && task.classCounts.length > 0 ? (
        <Section title={`${say('classes')} (${task.classCounts.length}), ${translate(`crucible.split.${split}`)}`}>
          <BarTable
            caption={say('balance')}
            columns={[say('class'), translate('crucible.score.n')]}
            rows={task.classCounts.map(({ label, count }) => ({
              key: label,
              name: label,
              value: count,
              text: String(count),
            }))}
          />
        </Section>
      ) : null}
    </>
  );
}
