import CancelIcon from '@mui/icons-material/Block';
import CheckIcon from '@mui/icons-material/CheckCircleOutlined';
import ErrorIcon from '@mui/icons-material/ErrorOutlined';
import QueueIcon from '@mui/icons-material/Schedule';
import RunningIcon from '@mui/icons-material/Autorenew';
import Chip from '@mui/material/Chip';
import { useTranslate } from 'react-admin';
import type { RunState } from '../graphql/generated/graphql';

const LOOK = {
  QUEUED: [QueueIcon, 'default'],
  RUNNING: [RunningIcon, 'info'],
  SCORING: [RunningIcon, 'info'],
  SUCCEEDED: [CheckIcon, 'success'],
  FAILED: [ErrorIcon, 'error'],
  CANCELLED: [CancelIcon, 'default'],
} as const satisfies Record<RunState, readonly [typeof QueueIcon, string]>;

/** The state of a job by an icon, a word, and a colour; the word alone suffices. */
export function StateChip({ state, share }: { readonly state: RunState; readonly share?: number | undefined }) {
  const translate = useTranslate();
  const [Icon, color] = LOOK[state];
  const word = translate(`crucible.state.${state}`);
  const percent = share === undefined || state === 'SUCCEEDED' ? '' : ` ${Math.floor(share * 100)} %`;
  return <Chip size="small" variant="outlined" color={color} icon={<Icon />} label={word + percent} />;
}
