import ArrowDownIcon from '@mui/icons-material/ArrowDownward';
import ArrowUpIcon from '@mui/icons-material/ArrowUpward';
import CloseIcon from '@mui/icons-material/Close';
import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import Typography from '@mui/material/Typography';
import type { Dispatch } from 'react';
import { useTranslate } from 'react-admin';
import { useFieldProblem } from './field-problems';
import type { FuseAction, MemberState } from './fuse-state';
import { TextEntry } from './text-entry';

interface ChosenAdaptersProps {
  readonly members: readonly MemberState[];
  readonly orderMatters: boolean;
  readonly dispatch: Dispatch<FuseAction>;
}

/** The adapters that are fused, in their order, with their weights. */
export function ChosenAdapters({ members, orderMatters, dispatch }: ChosenAdaptersProps) {
  const translate = useTranslate();
  return (
    <Box sx={{ mt: 2 }}>
      <Typography component="h3" variant="subtitle2" sx={{ mb: 1 }}>
        {translate('crucible.fuse.chosen')}
      </Typography>
      {members.length === 0 ? (
        <Typography variant="body2" color="text.secondary">
          {translate('crucible.fuse.noneChosen')}
        </Typography>
      ) : null}
      {orderMatters && members.length > 1 ? (
        <Typography variant="body2" color="text.secondary" sx={{ mb: 1 }}>
          {translate('crucible.fuse.orderMatters')}
        </Typography>
      ) : null}
      <Box component="ol" sx={{ m: 0, p: 0, listStyle: 'none' }}>
        {members.map((member, index) => (
          <Member key={member.adapter.id} member={member} index={index} count={members.length} dispatch={dispatch} />
        ))}
      </Box>
    </Box>
  );
}

interface MemberProps {
  readonly member: MemberState;
  readonly index: number;
  readonly count: number;
  readonly dispatch: Dispatch<FuseAction>;
}

function Member({ member: { adapter, weight }, index, count, dispatch }: MemberProps) {
  const translate = useTranslate();
  const problem = useFieldProblem(`adapters.${index}`);
  const { id, name } = adapter;
  return (
    <Box
      component="li"
      sx={{
        display: 'grid',
        alignItems: 'center',
        gap: 1,
        py: 0.75,
        gridTemplateColumns: { xs: 'minmax(0, 1fr) auto', sm: 'minmax(0, 1fr) 8rem auto' },
      }}
    >
      <Box sx={{ gridColumn: { xs: '1 / -1', sm: 'auto' } }}>
        <Typography variant="body2" sx={{ overflowWrap: 'anywhere' }}>
          {index}: {name}
        </Typography>
        {problem ? (
          <Typography variant="caption" color="error">
            {problem}
          </Typography>
        ) : null}
      </Box>
      <TextEntry
        path={`adapters.${index}.weight`}
        label={translate('crucible.fuse.weightOf', { name })}
        bare
        numeric
        placeholder="1"
        value={weight}
        onChange={(changed) => dispatch({ type: 'weigh', id, weight: changed })}
      />
      <Box sx={{ display: 'flex' }}>
        <IconButton
          size="small"
          disabled={index === 0}
          aria-label={translate('crucible.fuse.up', { name })}
          onClick={() => dispatch({ type: 'move', id, by: -1 })}
        >
          <ArrowUpIcon fontSize="small" />
        </IconButton>
        <IconButton
          size="small"
          disabled={index === count - 1}
          aria-label={translate('crucible.fuse.down', { name })}
          onClick={() => dispatch({ type: 'move', id, by: 1 })}
        >
          <ArrowDownIcon fontSize="small" />
        </IconButton>
        <IconButton
          size="small"
          aria-label={translate('crucible.fuse.remove', { name })}
          onClick={() => dispatch({ type: 'toggle', adapter })}
        >
          <CloseIcon fontSize="small" />
        </IconButton>
      </Box>
    </Box>
  );
}
