import FuseIcon from '@mui/icons-material/CallMerge';
import CompareIcon from '@mui/icons-material/TableChart';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useTranslate } from 'react-admin';
import { Link } from 'react-router';
import { initialState, writeState } from '../../compare/comparison-state';

/** What can be done with an adapter: fuse it with others, or see its scores beside others. */
export function AdapterButtons({ id }: { readonly id: string }) {
  const translate = useTranslate();
  const subjects = [{ kind: 'adapter' as const, id }];
  return (
    <Box
      role="group"
      aria-label={translate('resources.jobs.actions')}
      sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, mb: 2 }}
    >
      <Button variant="outlined" startIcon={<FuseIcon />} component={Link} to={`/fuse?adapters=${id}`}>
        {translate('resources.adapters.fuse')}
      </Button>
      <Button
        variant="outlined"
        startIcon={<CompareIcon />}
        component={Link}
        to={`/compare?${writeState({ ...initialState, subjects }).toString()}`}
      >
        {translate('crucible.compare.menu')}
      </Button>
    </Box>
  );
}
