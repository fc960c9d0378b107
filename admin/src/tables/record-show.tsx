import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import { Show } from 'react-admin';

interface RecordShowProps {
  readonly title: ReactNode;
  readonly children: ReactNode;
}

/** react-admin shows the row of a list until the record is read; the row lacks what only the record has, so records are kept under a key of their own. */
const WHOLE = { meta: { whole: true } };

/** What is in the page shrinks with it, and never widens it: a long digest or a wide table stays inside. */
const NARROW = { '& .RaShow-main, & .RaShow-main > *': { minWidth: 0 } };

/** The page of one record, which stands when the whole record is there. */
export function RecordShow({ title, children }: RecordShowProps) {
  return (
    <Show title={title} actions={false} component="div" queryOptions={WHOLE} sx={NARROW}>
      <Box sx={{ py: 1 }}>{children}</Box>
    </Show>
  );
}
